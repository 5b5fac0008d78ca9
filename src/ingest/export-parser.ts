import { builtInCatalogue, type Catalogue } from '../catalogue/catalogue';
import type { AccountUnderWay } from './account';
import { ExportNormaliser, type FindUserMetrics } from './normalise/export-normaliser';
import type { NormalisedPayload } from './normalise/normalised-payload';
import type { ExportReader } from './parse/parse-export';

/**
 * How elements of an export become rows: what is replaced when a parser is improved. The same elements always give the
 * same rows, whatever is stored.
 */
export interface ExportParser {
  /** The metrics that it knows. */
  readonly catalogue: Catalogue;
  /** What the elements of one export are given to; it adds rows to `payload` and counts every element in `account`. */
  open(payload: NormalisedPayload, account: AccountUnderWay, findUserMetrics: FindUserMetrics): ExportReader;
}

/** The parser of this version. */
export const builtInParser: ExportParser = {
  catalogue: builtInCatalogue,
  open: (payload, account, findUserMetrics) =>
    new ExportNormaliser(builtInCatalogue, payload, account, findUserMetrics),
};

/** Injection token of the {@link ExportParser} in use. */
export const EXPORT_PARSER = Symbol('EXPORT_PARSER');
