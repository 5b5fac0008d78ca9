import type { JsonObject } from '../catalogue/json';
import { AccountUnderWay } from './account';
import type { ExportParser } from './export-parser';
import type { FindUserMetrics } from './normalise/export-normaliser';
import { type GranularitySurvey, NormalisedPayload } from './normalise/normalised-payload';
import type { PayloadContext } from './normalise/payload-context';
import type { ByteSource } from './parse/byte-source';
import type { ExportIndex } from './parse/export-index';
import { type ExportElement, type ExportReader, readExport } from './parse/parse-export';

/** A large export that can be read, more than once, and what its elements are normalised with. */
export interface ExportInParts {
  readonly index: ExportIndex;
  readonly parser: ExportParser;
  readonly context: PayloadContext;
  readonly findUserMetrics: FindUserMetrics;
}

/** Things that are kept as a unit, such as a workout with its route, weigh as much as this many samples. */
const thingWeight = 80;

/** Gives elements to a normaliser and does something after each slice; `weight` is what was read since it was reset. */
class PartReader implements ExportReader {
  weight = 0;

  constructor(
    private readonly normaliser: ExportReader,
    private readonly after: (reader: PartReader) => Promise<void> | undefined,
  ) {}

  begin(heads: readonly JsonObject[]): Promise<void> | undefined {
    return this.normaliser.begin(heads);
  }

  samples(head: JsonObject, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    this.normaliser.samples(head, elements, pointer, firstIndex);
    this.weight += elements.length;
  }

  endMetric(head: JsonObject, pointer: string): void {
    this.normaliser.endMetric(head, pointer);
  }

  elements(kind: string, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    this.normaliser.elements(kind, elements, pointer, firstIndex);
    this.weight += elements.length * thingWeight;
  }

  afterSlice(): Promise<void> | undefined {
    return this.after(this);
  }
}

/**
 * Reads an export to its end without keeping any of it: finds out whether all of it is legal, and what its samples
 * together say of their granularity.
 *
 * Errors: rejects with ParseFault for an export that is not legal.
 */
export async function surveyExport(
  { index, parser, context, findUserMetrics }: ExportInParts,
  source: ByteSource,
): Promise<GranularitySurvey> {
  const payload = new NormalisedPayload(context);
  const normaliser = parser.open(payload, new AccountUnderWay(), findUserMetrics);
  const reader = new PartReader(normaliser, () => {
    payload.forgetRows();
    return undefined;
  });
  await readExport(index, source, reader);
  return payload.surveyed();
}

/**
 * Normalises a surveyed export in parts of about `partRows` samples. Each is given to `writePart` before more is read,
 * so memory holds one part and what is being read. Returns the account, to be closed with what became of all parts.
 *
 * Errors: rejects as `writePart` does.
 */
export async function normaliseInParts(
  { index, parser, context, findUserMetrics }: ExportInParts,
  source: ByteSource,
  survey: GranularitySurvey,
  partRows: number,
  writePart: (part: NormalisedPayload) => Promise<void>,
): Promise<AccountUnderWay> {
  const payload = new NormalisedPayload(context, survey);
  const account = new AccountUnderWay();
  const reader = new PartReader(parser.open(payload, account, findUserMetrics), (self): Promise<void> | undefined => {
    if (self.weight < partRows) return undefined;
    self.weight = 0;
    return writePart(payload.takePart());
  });
  await readExport(index, source, reader);
  if (payload.rows > 0) await writePart(payload.takePart());
  return account;
}
