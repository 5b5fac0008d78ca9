import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from './problem';

/** Answers with a problem as `application/problem+json`. */
export function writeProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (problem.retryAfterS !== undefined) void reply.header('retry-after', String(problem.retryAfterS));
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: problem.code.replaceAll('_', ' '),
        status: problem.status,
        code: problem.code,
        detail: problem.detail,
        requestId: request.id,
      }),
    );
}
