import type { Client, Pool, PoolClient } from 'pg';
import { stopPipelining } from './pipelining';

/**
 * Gives up a connection that did not answer, which the pool then drops when it gets it back. It cannot be used again: a
 * later statement would wait behind the one that is not answered.
 */
export function abandon(client: PoolClient): void {
  // One that pipelines would wait for its answers.
  stopPipelining(client);
  // The pool's clients are whole ones, whatever their type says; with a statement under way this closes the socket.
  void (client as unknown as Client).end().catch(() => undefined);
}

/**
 * Closes all connections that nobody uses. When one did not answer, the network may have forgotten those of its time as
 * well; each of them would make one more request wait for an answer that never comes.
 */
export function dropIdle(pool: Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle--) {
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
  }
}
