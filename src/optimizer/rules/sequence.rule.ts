import { advise, type Remedy } from '../advice';
import type { SequenceFacts } from '../evidence/evidence';
import { literal, numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

function remedyFor({ name, table, column }: SequenceFacts): Remedy {
  const widened = `ALTER SEQUENCE ${name} AS bigint NO MAXVALUE`;
  return table === null
    ? { sql: [widened] }
    : { sql: [`ALTER TABLE ${table} ALTER COLUMN "${column}" TYPE bigint`, widened] };
}

/** Sequences that will soon have no next value, by their own end or by the type of their column. */
export const sequenceRule: Rule = {
  kind: 'sequence_near_end',
  find({ sequences }) {
    return sequences
      .filter(({ lastValue, maxValue }) => lastValue >= maxValue * thresholds.sequenceShare.value)
      .map((sequence) =>
        advise({
          kind: 'sequence_near_end',
          subject: sequence.name,
          severity: 'critical',
          title: `The sequence ${sequence.name} is near its end`,
          seen: [
            `It is at ${numberText(sequence.lastValue)} of ${numberText(sequence.maxValue)}, ${shareText(sequence.lastValue / sequence.maxValue)}.`,
            ...(sequence.table === null ? [] : [`It fills ${sequence.table}.${sequence.column}.`]),
          ],
          likelyGain: 'Inserts go on when the end would have come.',
          cost: sequence.table === null ? 'None.' : 'The table is rewritten, and nobody can use it meanwhile.',
          apply: remedyFor(sequence),
          undo: null,
          isAutomatic: sequence.table === null,
          measures: [
            {
              figure: 'values left',
              unit: 'values',
              sql: `SELECT (seqmax - pg_sequence_last_value(seqrelid))::float8 FROM pg_sequence WHERE seqrelid = ${literal(sequence.name)}::regclass`,
            },
          ],
        }),
      );
  },
};
