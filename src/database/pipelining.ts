import type { PoolClient } from 'pg';

/**
 * While it is set, node-postgres sends each statement at once instead of after the answer to the one before it. Its types
 * do not have this option of its clients yet.
 */
interface Pipelining {
  pipeline: boolean;
}

/** The option of a pool whose clients pipeline. Source: `pipeline` in lib/client.js of pg 8.23 */
export const pipelined: Pipelining = { pipeline: true };

/** Has a connection wait for each answer from now on; what is already under way must be one statement at most. */
export function stopPipelining(client: PoolClient): void {
  (client as PoolClient & Pipelining).pipeline = false;
}

/**
 * Runs what needs the connection for itself, such as COPY, which is a conversation and no statement with an answer. To be
 * begun when all that was asked is answered.
 */
export async function withoutPipelining<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  const pipelining = client as PoolClient & Pipelining;
  const before = pipelining.pipeline;
  pipelining.pipeline = false;
  try {
    return await work();
  } finally {
    pipelining.pipeline = before;
  }
}
