import { AccountUnderWay } from './account';
import type { ExportParser } from './export-parser';
import type { FindUserMetrics } from './normalise/export-normaliser';
import { NormalisedPayload } from './normalise/normalised-payload';
import type { PayloadContext } from './normalise/payload-context';
import { parseExport } from './parse/parse-export';
import type { ParseLimits } from './parse/parse-limits';

/** About what a sample takes in a body; with too little room its columns are copied into larger ones once or twice. */
const sampleBytes = 128;

/** A payload as columns, with the account of what was kept out of them. */
export interface NormalisedExport {
  readonly payload: NormalisedPayload;
  readonly account: AccountUnderWay;
}

/**
 * Parses the bytes of an export and normalises every element of it.
 *
 * Errors: rejects with ParseFault for a body that cannot be taken at all; a sample that cannot is only counted.
 */
export async function normaliseExport(
  bytes: Buffer,
  limits: ParseLimits,
  parser: ExportParser,
  context: PayloadContext,
  findUserMetrics: FindUserMetrics,
): Promise<NormalisedExport> {
  const payload = new NormalisedPayload(context, null, Math.ceil(bytes.length / sampleBytes));
  const account = new AccountUnderWay();
  await parseExport(bytes, limits, parser.open(payload, account, findUserMetrics));
  payload.settle();
  return { payload, account };
}
