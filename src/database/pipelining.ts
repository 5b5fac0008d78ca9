import type { PoolClient } from 'pg';

/**
 * While it is set, node-postgres sends each statement at once instead of after the answer to the one before it. An option
 * of its clients (`pipeline`, pg 8.23), which its types do not have; it may be changed whenever no answer is awaited, and
 * set at any time.
 */
interface Pipelining {
  pipeline: boolean;
}

/** Has a connection send statements without waiting for answers, or not. Not while answers are awaited: `false`. */
export function setPipelining(client: PoolClient, isOn: boolean): void {
  (client as PoolClient & Pipelining).pipeline = isOn;
}

/**
 * Runs what needs the connection for itself, such as COPY, which is a conversation and no statement with an answer. To be
 * begun when all that was asked is answered.
 */
export async function withoutPipelining<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  const isOn = (client as PoolClient & Pipelining).pipeline;
  setPipelining(client, false);
  try {
    return await work();
  } finally {
    setPipelining(client, isOn);
  }
}
