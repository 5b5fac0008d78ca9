import { makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Problem } from '../common/problem';

/** Why a request is refused that would be taken at another time; the label of the counter. */
export type RefusalReason = 'rate_limit' | 'backlog' | 'event_loop' | 'pool' | 'slow_body';

/** Name of the counter of refusals. */
export const refusalsName = 'requests_refused_total';

/** The counter of {@link refusalsName}. */
export const refusalsProvider = makeCounterProvider({
  name: refusalsName,
  help: 'Requests that were refused for their number or pace, by reason: 429, 503 and 408.',
  labelNames: ['reason'],
});

/** Those who are refused together do not come again together: after 5 to 10 s. */
const retryAfterSs = [5, 6, 7, 8, 9, 10] as const;

const detail = 'More arrives than can be stored. Nothing was changed; try again.';

/** Made once: a new error for each refusal would cost more than the rest of the refusal. */
const problems = retryAfterSs.map((retryAfterS) => new Problem(503, 'overloaded', detail, { retryAfterS }));

/** The 503 problem of overload, with a time to wait that differs from one call to the next. */
export function overloadProblem(): Problem {
  return problems[Math.floor(Math.random() * problems.length)] as Problem;
}
