import type { Cells, ModelElement, ModelPayload, ModelRow } from './model-row';
import { spans } from './model-row';

/** What the account of a payload must say. */
export interface ModelCounts {
  received: number;
  stored: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

/** The whole account that a payload must get. */
export interface ModelAccount extends ModelCounts {
  /** By name; a map, because a metric may be called like a member of every object. */
  readonly metrics: ReadonlyMap<string, ModelCounts>;
  readonly rejections: readonly { readonly path: string; readonly metric: string; readonly reason: string }[];
}

/** Thrown where more than one answer would be right, so that nothing can be expected. */
export class Undecided extends Error {}

/** What a sample covers, and whether that could be another in other company; null for what is no sample. */
interface Coverage {
  readonly span: number | null;
  readonly isInferred: boolean;
}

interface StoredRow extends Coverage {
  readonly row: ModelRow;
}

/** A row of a payload on its way, with the place of its counts. */
interface Arrival {
  readonly line: string;
  readonly row: ModelRow;
  covers: Coverage;
}

const spanByHeader = new Map([
  ['Days', spans.day],
  ['Hours', spans.hour],
  ['Minutes', spans.minute],
]);
const stepMs = new Map<number, number>([
  [spans.minute, 60_000],
  [spans.hour, 3_600_000],
  [spans.day, 86_400_000],
]);

function isOnBoundary(row: ModelRow, span: number): boolean {
  const { atMs = 0, offsetMinutes = 0 } = row.sample?.instant ?? {};
  return (atMs + offsetMinutes * 60_000) % (stepMs.get(span) ?? 1) === 0;
}

function contentOf({ row: { cells, others }, isInferred }: StoredRow): string {
  return JSON.stringify([cells, others ?? null, isInferred]);
}

/** Whether two rows are the same reading, whoever's clock it was taken by. */
function isSameReading(a: ModelRow, b: ModelRow): boolean {
  const reading = ({ cells }: ModelRow): string =>
    JSON.stringify(['value', 'min', 'max', 'systolic', 'diastolic'].map((name) => cells[name] ?? null));
  return reading(a) === reading(b);
}

const noCounts = (): ModelCounts => ({ received: 0, stored: 0, updated: 0, unchanged: 0, rejected: 0 });

/** What one user's data must be after some payloads: a map from natural keys to rows, and nothing clever. */
export class UserModel {
  private readonly stored = new Map<string, StoredRow>();

  /** Takes a payload and says what its account must be. Throws {@link Undecided}. */
  apply(payload: ModelPayload): ModelAccount {
    const total = noCounts();
    const metrics = new Map<string, ModelCounts>();
    const rejections: { path: string; metric: string; reason: string }[] = [];
    const arrivals: Arrival[] = [];
    const count = (line: string, outcome: keyof ModelCounts): void => {
      const counts = metrics.get(line) ?? noCounts();
      metrics.set(line, counts);
      counts[outcome]++;
      total[outcome]++;
    };
    const take = (line: string, elements: readonly ModelElement[], path: string): void => {
      for (const [index, { expected }] of elements.entries()) {
        count(line, 'received');
        if ('row' in expected) {
          const covers = { span: expected.row.sample?.ownSpan ?? null, isInferred: false };
          arrivals.push({ line, row: expected.row, covers });
        } else {
          count(line, 'rejected');
          rejections.push({ path: `${path}/${index}`, metric: line, reason: expected.reason });
        }
      }
    };
    const root = payload.isRoot ? '' : '/data';
    for (const [n, { line, elements }] of payload.blocks.entries()) take(line, elements, `${root}/metrics/${n}/data`);
    for (const { array, line, elements } of payload.arrays) {
      take(line, elements, `${root}/${array.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }

    this.settleSpans(arrivals, payload.aggregation);
    for (const { line, row, covers } of arrivals) {
      const key = JSON.stringify([row.table, ...row.key, covers.span]);
      const before = this.stored.get(key);
      const now = { row, span: covers.span, isInferred: covers.isInferred };
      if (before === undefined) count(line, 'stored');
      else count(line, contentOf(before) === contentOf(now) ? 'unchanged' : 'updated');
      this.stored.set(key, now);
    }
    return { ...total, metrics, rejections };
  }

  /** What must be in the tables, by table. */
  rows(): Readonly<Record<string, Cells[]>> {
    const rows: Record<string, Cells[]> = {};
    for (const { row, span, isInferred } of this.stored.values()) {
      rows[row.table] ??= [];
      rows[row.table]?.push(span === null ? row.cells : { ...row.cells, granularity: span, isInferred });
    }
    return rows;
  }

  /** Finds what the samples cover that do not say so themselves. */
  private settleSpans(arrivals: readonly Arrival[], aggregation: string | null): void {
    const open = new Map<string, Arrival[]>();
    const named = spanByHeader.get(aggregation ?? '');
    for (const arrival of arrivals) {
      const { sample } = arrival.row;
      if (sample === undefined || arrival.covers.span !== null) continue;
      const span = named !== undefined && isOnBoundary(arrival.row, named) ? named : spans.raw;
      if (named !== undefined) arrival.covers = { span, isInferred: false };
      else open.set(sample.metric, [...(open.get(sample.metric) ?? []), arrival]);
    }
    for (const block of open.values()) {
      const span = [spans.day, spans.hour, spans.minute].find((each) =>
        block.every(({ row }) => isOnBoundary(row, each)),
      );
      const chosen = block.map(({ row }) => this.adopt(row, span ?? spans.raw, block.length >= 3));
      for (const [n, arrival] of block.entries()) arrival.covers = chosen[n] ?? arrival.covers;
    }
  }

  /** What an inferred span becomes where the same sample is stored already, having come in other company. */
  private adopt(row: ModelRow, own: number, isFirm: boolean): Coverage {
    if (!isOnBoundary(row, spans.minute)) return { span: own, isInferred: false };
    const key = JSON.stringify([row.table, ...row.key]);
    const known = [...this.stored.values()].filter(
      ({ row: other }) => JSON.stringify([other.table, ...other.key]) === key,
    );
    const held = known.find(({ span }) => span === own);
    const isOpen = held === undefined || held.isInferred || isFirm;
    if (held !== undefined && (isOpen || isSameReading(held.row, row))) return held;
    const same = known.filter((other) => isSameReading(other.row, row));
    const kindred = known.filter(({ span, isInferred }) => isInferred && (span === spans.day) === (own === spans.day));
    const candidates = same.length > 0 || isFirm ? same : kindred;
    if (candidates.length > 1) throw new Undecided();
    const [candidate] = candidates;
    if (candidate !== undefined) return candidate;
    // Its place is taken by what was said to cover that much: it is a reading of its own.
    const span = isOpen ? own : spans.raw;
    return { span, isInferred: known.find((other) => other.span === span)?.isInferred ?? true };
  }
}
