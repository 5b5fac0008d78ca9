import { advise } from '../advice';
import { numberText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** The search for the chunk size ends far from where every start begins. */
export const chunkSizeRule: Rule = {
  kind: 'chunk_size',
  find({ processes }) {
    const found = processes
      .flatMap(({ chunks }) =>
        chunks?.best && chunks.start ? [{ ...chunks, best: chunks.best, start: chunks.start }] : [],
      )
      .find(
        ({ best, start }) => best.rows !== start.rows && best.rowsPerS >= start.rowsPerS * thresholds.chunkGain.value,
      );
    if (found === undefined) return [];
    const { best, start, maxRows } = found;
    return [
      advise({
        kind: 'chunk_size',
        subject: 'CHUNK_ROWS',
        severity: 'info',
        title: `Chunks of ${numberText(best.rows)} rows are written faster than those that a start begins with`,
        seen: [
          `${numberText(best.rowsPerS)} rows a second with ${numberText(best.rows)}, ${numberText(start.rowsPerS)} with ${numberText(start.rows)}.`,
          ...(best.rows === maxRows ? ['That is CHUNK_ROWS_MAX: more may be better still.'] : []),
        ],
        likelyGain: `The first imports after a start are ${numberText(best.rowsPerS / start.rowsPerS)} times as fast.`,
        cost: 'A larger chunk takes more memory and holds its locks for longer.',
        apply: { setting: 'CHUNK_ROWS', value: `${best.rows}` },
        undo: { setting: 'CHUNK_ROWS', value: `${start.rows}` },
        benchmark: 'ingest',
      }),
    ];
  },
};
