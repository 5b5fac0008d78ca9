import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../common/problem';

/**
 * Looks at a request whose key is good, before its body is read: the problem that it is refused with, or null. It may
 * set headers of the reply, whatever that will be.
 */
export type RequestCheck = (request: FastifyRequest, reply: FastifyReply) => Problem | null | Promise<Problem | null>;
