import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loggableError } from './loggable-error';
import { Problem } from './problem';
import { writeProblem } from './write-problem';

/** Decides for errors that are not problems yet, such as those of the database; undefined when it does not know one. */
export type ProblemTranslator = (error: unknown) => Problem | undefined;

/** What the framework's own refusals are called, by status. */
const codeByStatus: Readonly<Record<number, string>> = {
  400: 'request_malformed',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  414: 'url_too_long',
  415: 'content_type_not_supported',
  431: 'headers_too_large',
};

/**
 * Answers every error with problem+json. What is not known is a fault of ours: it is logged once, with its stack and
 * without anything of the request but its id, and answered as `internal_error`.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly translate: ProblemTranslator) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.problemOf(error);
    // What may be over in a moment happens to many requests at once: one line each, without a stack.
    if (problem.retryAfterS !== undefined) this.logger.warn(`${problem.code}: ${causeOf(problem)}`);
    else if (problem.status >= 500)
      this.logger.error({ err: problem.cause ?? error, reqId: request.id }, problem.message);
    // A reply that has begun cannot be taken back; its connection is cut so that nobody takes it for complete.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    writeProblem(problem, request, reply);
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const translated = this.translate(error);
    if (translated !== undefined) return translated;
    if (error instanceof HttpException && error.getStatus() < 500) {
      const status = error.getStatus();
      return new Problem(status, codeByStatus[status] ?? 'request_refused', sentenceOf(status));
    }
    return new Problem(500, 'internal_error', 'A fault of ours; nothing was changed. It has been logged.', {
      cause: error,
    });
  }
}

function causeOf({ cause, detail }: Problem): string {
  return cause instanceof Error ? loggableError(cause).message : detail;
}

/** The framework's own messages may quote what was sent, so they are not passed on. */
function sentenceOf(status: number): string {
  return status === 404 ? 'There is nothing at this address.' : 'The request was refused before it was understood.';
}
