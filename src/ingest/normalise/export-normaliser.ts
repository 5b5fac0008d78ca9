import type { Catalogue } from '../../catalogue/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '../../catalogue/json';
import type { RejectReason } from '../../catalogue/reject-reason';
import { findConversion } from '../../catalogue/units';
import type { AccountUnderWay } from '../account';
import { type ExportElement, type ExportReader, tooLarge } from '../parse/parse-export';
import { elementKinds } from './elements/element-kinds';
import type { MetricBlock, UserMetric } from './metric-block';
import { ShapeFinder } from './metric-shapes';
import type { NormalisedPayload } from './normalised-payload';
import type { MetricShape } from './shapes/metric-shape';

/** A metric whose samples cannot be kept, and why. */
interface UnusableMetric {
  readonly accountName: string;
  readonly reason: RejectReason;
}

/** Finds the ids of metrics that the catalogue does not know; null for those beyond what one user may have. */
export type FindUserMetrics = (metrics: readonly UserMetric[]) => Promise<readonly (number | null)[]>;

/** HealthKit's names are under 60 characters, in any language. */
const maxNameLength = 200;

/** How the account calls a metric that has no name. */
const unnamed = '(unnamed)';

const hoursByUnit: ReadonlyMap<string, number> = new Map([
  ['hr', 1],
  ['h', 1],
  ['hour', 1],
  ['hours', 1],
  ['min', 1 / 60],
  ['minutes', 1 / 60],
  ['s', 1 / 3600],
  ['sec', 1 / 3600],
]);

/** What PostgreSQL cannot keep in a text is shown as U+FFFD; for names that are only shown. */
function printable(text: string): string {
  // ORDER: cut first, because the cut can leave half of a character.
  return text.slice(0, maxNameLength).toWellFormed().replaceAll('\0', '\ufffd');
}

function readSample(
  element: ExportElement,
  shape: MetricShape | undefined,
  block: MetricBlock | UnusableMetric,
  payload: NormalisedPayload,
): RejectReason | null {
  if ('reason' in block) return block.reason;
  if (element === tooLarge) return 'element_too_large';
  if (!isJsonObject(element)) return 'not_an_object';
  return shape === undefined ? 'unknown_shape' : shape.read(element, block, payload);
}

/** Turns the elements of an export into column batches and keeps the account of them. */
export class ExportNormaliser implements ExportReader {
  private readonly blocks = new Map<JsonObject, MetricBlock | UnusableMetric>();
  private readonly shapes = new ShapeFinder();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly payload: NormalisedPayload,
    private readonly account: AccountUnderWay,
    private readonly findUserMetrics: FindUserMetrics,
  ) {}

  /** Finds out what each metric is stored as. */
  async begin(heads: readonly JsonObject[]): Promise<void> {
    const asked: { head: JsonObject; metric: UserMetric; block: Omit<MetricBlock, 'metricId'> }[] = [];
    for (const head of heads) {
      const { name, units } = head;
      if (typeof name !== 'string' || name.trim() === '') {
        this.blocks.set(head, { accountName: unnamed, reason: 'name_missing' });
        continue;
      }
      const known = this.catalogue.find(name);
      const unit = typeof units === 'string' ? units.trim() : '';
      const accountName = known?.name ?? printable(name.trim());
      const fault = this.faultOf(name, units);
      const conversion = known === undefined ? null : findConversion(known, unit);
      const unitHours = hoursByUnit.get(unit.toLowerCase()) ?? 1;
      if (fault !== null) this.blocks.set(head, { accountName, reason: fault });
      else if (known !== undefined && conversion !== null) {
        this.blocks.set(head, { accountName, definition: known, metricId: known.id, conversion, unitHours });
      } else {
        const block = { accountName, definition: undefined, conversion: { factor: 1, offset: 0 }, unitHours };
        asked.push({ head, metric: { name: accountName, unit }, block });
      }
    }
    if (asked.length === 0) return;
    const ids = await this.findUserMetrics(asked.map(({ metric }) => metric));
    for (const [i, { head, block }] of asked.entries()) {
      const metricId = ids[i] ?? null;
      const { accountName } = block;
      this.blocks.set(head, metricId === null ? { accountName, reason: 'too_many_metrics' } : { ...block, metricId });
    }
  }

  /** Reads some samples of a metric. */
  samples(head: JsonObject, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    const block = this.blocks.get(head) as MetricBlock | UnusableMetric;
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i] as ExportElement;
      const shape = isJsonObject(element) ? this.shapes.find(element) : undefined;
      const accountName = shape?.accountName ?? block.accountName;
      const reason = readSample(element, shape, block, this.payload);
      if (reason === null) this.account.accept(accountName);
      else this.account.reject(accountName, `${pointer}/${firstIndex + i}`, reason);
    }
  }

  /** Accounts for a metric whose samples are no array. */
  endMetric(head: JsonObject, pointer: string): void {
    const block = this.blocks.get(head) as MetricBlock | UnusableMetric;
    if (head['data'] !== undefined && head['data'] !== null && !Array.isArray(head['data'])) {
      this.account.reject(block.accountName, `${pointer}/data`, 'metric_malformed');
    }
  }

  /** Reads some elements of another array. */
  elements(kind: string, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    const elementKind = elementKinds.get(kind);
    const accountName = elementKind?.accountName ?? printable(kind);
    for (const [i, element] of elements.entries()) {
      const path = `${printable(pointer)}/${firstIndex + i}`;
      if (kind !== 'metrics' && elementKind === undefined) this.account.reject(accountName, path, 'unknown_kind');
      else if (element === tooLarge) this.account.reject(accountName, path, 'element_too_large');
      else if (elementKind === undefined || !isJsonObject(element)) {
        this.account.reject(kind === 'metrics' ? unnamed : accountName, path, 'not_an_object');
      } else {
        const reason = elementKind.read(element, this.payload);
        if (reason === null) this.account.accept(accountName);
        else this.account.reject(accountName, path, reason);
      }
    }
  }

  private faultOf(name: string, units: JsonValue | undefined): RejectReason | null {
    if (units !== undefined && units !== null && typeof units !== 'string') return 'metric_malformed';
    const texts = [name, units ?? ''];
    if (texts.some((text) => text.length > maxNameLength)) return 'text_too_long';
    return texts.some((text) => !text.isWellFormed() || text.includes('\0')) ? 'text_invalid' : null;
  }
}
