import { type ExportInParts, normaliseInParts, surveyExport } from '../normalise-in-parts';
import type { ExportIndex } from '../parse/export-index';
import { ExportIndexer } from '../parse/export-indexer';
import type { ParseLimits } from '../parse/parse-limits';
import { pushInTurns } from '../parse/push-in-turns';
import { StreamSource } from '../parse/stream-source';
import type { BodyFormat, KeptBody } from './body-format';

/** Samples of one part: some 30 ms of a transaction, so that the user's other payloads do not wait long. */
const partRows = 16_000;

async function indexBody(body: KeptBody, limits: ParseLimits): Promise<ExportIndex> {
  const indexer = new ExportIndexer(limits, { validate: false });
  for await (const chunk of body.open()) await pushInTurns(indexer, chunk);
  return indexer.finish();
}

async function readBody<T>(body: KeptBody, work: (source: StreamSource) => Promise<T>): Promise<T> {
  const source = new StreamSource(body.open());
  return await work(source).finally(() => source.close());
}

/**
 * The JSON of Health Auto Export, read three times: where everything is; whether every element of it is legal, and what
 * all samples of a metric together say of their granularity; and the parts.
 */
export const exportFormat: BodyFormat = {
  name: 'export',
  version: 1,
  // Whatever the ingest route takes is taken for JSON.
  matches: () => true,
  async survey({ body, limits, parser, context, findUserMetrics }) {
    const index = await indexBody(body, limits);
    const parts: ExportInParts = { index, parser, context, findUserMetrics };
    const survey = await readBody(body, (source) => surveyExport(parts, source));
    return {
      parts: (take) =>
        readBody(body, (source) =>
          normaliseInParts(parts, source, survey, partRows, (part) => take(part, source.position)),
        ),
    };
  },
};
