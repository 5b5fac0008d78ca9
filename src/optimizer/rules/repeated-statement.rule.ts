import { advise } from '../advice';
import { numberText, statementText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Routes whose repetition is meant: a body in pieces is read one piece at a time, as fast as its reader takes them. */
const meantRoutes: ReadonlySet<string> = new Set(['GET /v1/ingestions/:id/raw']);

/** Routes that ask the database once for each row of an answer (N+1), by the statements of sampled requests. */
export const repeatedStatementRule: Rule = {
  kind: 'repeated_statement',
  find({ processes }) {
    const { repeatedRequests, repeatedShare } = thresholds;
    const found = new Map(
      processes
        .flatMap(({ routes }) => routes ?? [])
        .flatMap(({ repeated, ...tally }) => (repeated === null ? [] : [{ ...tally, repeated }]))
        .filter(({ route }) => !meantRoutes.has(route))
        .filter(
          ({ requests, repeated }) =>
            repeated.requests >= repeatedRequests.value && repeated.requests >= requests * repeatedShare.value,
        )
        .map((tally) => [tally.route, tally]),
    );
    return [...found.values()].map(({ route, requests, statements, repeated }) =>
      advise({
        kind: 'repeated_statement',
        subject: route,
        severity: 'warning',
        title: `${route} makes the same statement again and again`,
        seen: [
          statementText(repeated.text),
          `${numberText(repeated.requests)} of ${numberText(requests)} watched requests made it ten times or more, one ${numberText(repeated.most)} times.`,
          `${numberText(statements / requests)} statements a request.`,
        ],
        likelyGain: 'One round trip instead of one for each row.',
        cost: 'A change of the code.',
        apply: { note: 'Ask once, with all keys as an array: WHERE id = ANY ($1).' },
        undo: null,
      }),
    );
  },
};
