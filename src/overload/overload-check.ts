import type { FastifyRequest } from 'fastify';
import type { Identity } from '../identity/identity';
import type { RequestCheck } from '../identity/request-check';
import type { OverloadService, RequestKind } from './overload.service';
import type { RateLimiter } from './rate-limiter.service';
import { overloadProblem } from './refusal';

/** What only asks changes nothing and costs little. */
function kindOf({ method }: FastifyRequest): RequestKind {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

/**
 * Refuses what is too much: 429 of one key, then 503 of all together, which the probes and metrics never meet, since they
 * need no key.
 *
 * ORDER: the state of the process is looked at first and told last. A request that will be refused anyway is counted in
 * this process alone, so that refusals cost Redis nothing.
 */
export function overloadCheck(limiter: RateLimiter, overload: OverloadService): RequestCheck {
  return async (request, reply) => {
    const kind = kindOf(request);
    if (kind === 'write') overload.writes.noteOffer();
    const isBusy = overload.findReason(kind) !== null;
    const taken = limiter.take((request.identity as Identity).keyId, !isBusy);
    const verdict = taken instanceof Promise ? await taken : taken;
    limiter.tell(reply, verdict);
    if (!verdict.isAllowed) {
      overload.note('rate_limit');
      return limiter.problemOf(verdict);
    }
    // Asked again: others may have come while Redis was asked.
    const reason = overload.findReason(kind);
    if (reason === null) {
      if (kind === 'write') overload.writes.noteExpected();
      return null;
    }
    overload.note(reason);
    request.isUnlogged = true;
    return overloadProblem();
  };
}
