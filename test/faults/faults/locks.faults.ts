import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Fault, Strike } from '../fault';
import { untilRefused } from '../load/until-refused';

/** Waits until the service waits for a lock of this session. */
async function untilBlocking(watcher: Client, pid: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { rows } = await watcher.query('SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [pid]);
    if (rows.length > 0) return;
    await delay(10);
  }
  throw new Error('the service never waited for the lock');
}

async function pidOf(client: Client): Promise<number> {
  return (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
}

/**
 * Holds the row that each write of a user ends with, and asks for the lock that it began with as soon as the service
 * waits for that row. This session does not look for deadlocks itself, so that the service is the one that is given up.
 */
async function deadlock({ load, connect }: Strike): Promise<void> {
  const [outsider, watcher] = [await connect(), await connect()];
  const { userId } = load.histories[1] as { userId: string };
  await outsider.query("SET deadlock_timeout = '60s'");
  await outsider.query('BEGIN');
  await outsider.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [userId]);
  await untilBlocking(watcher, await pidOf(outsider));
  await outsider.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [userId]);
  await outsider.query('COMMIT');
}

/** Others hold what the service needs. */
export const lockFaults: readonly Fault[] = [
  {
    name: 'the pool is starved by a lock that somebody else holds',
    expected: 'refusals',
    async strike({ stage, load, connect }) {
      const outsider = await connect();
      await outsider.query('BEGIN');
      await outsider.query('LOCK TABLE heart_rate_metrics IN ACCESS EXCLUSIVE MODE');
      await untilRefused(load);
      await delay(stage.lasting(5000, 1));
      await outsider.query('COMMIT');
    },
  },
  {
    name: 'a deadlock with somebody else',
    expected: 'nothing',
    rounds: { long: 5, short: 1 },
    // Alone in its transaction, so that nobody but the retry helps.
    prepare: (stage) => stage.restartService(null, { GROUP_MAX_INGESTIONS: '1' }),
    strike: deadlock,
    restore: (stage) => stage.restartService(),
  },
];
