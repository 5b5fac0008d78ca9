import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../../support/project-root';
import type { Fault, Strike } from '../fault';
import { firstInstantMs } from '../history/export-window';
import { untilRefused } from '../load/until-refused';
import type { Stage } from '../stage';

/** Partitions of one kind, from the month of an instant on. */
interface PartitionRow {
  readonly parent: string;
  readonly name: string;
  readonly bound: string;
}

const partitionsSql = `
SELECT p.relname AS parent, c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
 WHERE c.relkind = 'r' ORDER BY 1, 2`;

function monthOf(instant: Date): string {
  return `${instant.getUTCFullYear()}_${String(instant.getUTCMonth() + 1).padStart(2, '0')}`;
}

function nextMonth(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}

/** The tables of payloads, of which every one has rows. */
const payloadTables = ['raw_ingestions', 'raw_ingestion_pieces'];

/** Drops the partitions of payloads from a month on, empty as they are or not; false when there are none. */
async function dropFrom(stage: Stage, month: string): Promise<boolean> {
  const rows = await stage.sql<PartitionRow>(partitionsSql);
  const doomed = rows.filter(
    ({ parent, name }) => payloadTables.includes(parent) && name.slice(parent.length + 1) >= month,
  );
  if (doomed.length > 0) await stage.sql(`DROP TABLE ${doomed.map(({ name }) => name).join(', ')}`);
  return doomed.length > 0;
}

/**
 * Has `work` done while there are no partitions of payloads from a month on. The upkeep of a service that has just been
 * started makes them anew whenever it comes to it: so what it needs for that is held meanwhile.
 */
async function withoutFrom({ stage, connect }: Strike, month: string, work: () => Promise<void>): Promise<void> {
  if (!(await dropFrom(stage, month))) throw new Error(`there are no partitions from ${month} on`);
  const outsider = await connect();
  const hold = `BEGIN; LOCK TABLE ${payloadTables.join(', ')} IN SHARE UPDATE EXCLUSIVE MODE`;
  await outsider.query(hold);
  for (;;) {
    const made = await stage.sql<PartitionRow>(partitionsSql);
    if (!made.some(({ parent, name }) => payloadTables.includes(parent) && name.slice(parent.length + 1) >= month))
      break;
    await outsider.query('ROLLBACK');
    await dropFrom(stage, month);
    await outsider.query(hold);
  }
  await work().finally(() => outsider.query('ROLLBACK'));
}

/** Months pass, and what should have been made for them is not there. */
export const partitionFaults: readonly Fault[] = [
  {
    name: 'a partition that is written to is taken away and given back',
    expected: 'refusals',
    async strike({ stage, load }) {
      const rows = await stage.sql<PartitionRow>(partitionsSql);
      const month = monthOf(new Date(firstInstantMs));
      const one = rows.find(({ name }) => name === `heart_rate_metrics_${month}`);
      if (one === undefined) throw new Error(`there are no partitions of ${month}`);
      await stage.sql(`ALTER TABLE ${one.parent} DETACH PARTITION ${one.name}`);
      await untilRefused(load);
      await delay(stage.lasting(5000, 1));
      await stage.sql(`ALTER TABLE ${one.parent} ATTACH PARTITION ${one.name} ${one.bound}`);
    },
  },
  {
    name: "a month ends under load, and the next one's partitions are missing",
    expected: 'refusals',
    leavesRedisAway: true,
    async strike(strike) {
      const { stage, load } = strike;
      const leadMs = 1000;
      // The queue of daily jobs would make them a minute after midnight, to which the clock is moved.
      await stage.redisRelay.cut();
      await stage.restartService(load, {
        NODE_OPTIONS: `--import ${projectRoot}/test/faults/servers/shifted-clock.mjs`,
        CLOCK_LEAD_MS: String(leadMs),
      });
      await withoutFrom(strike, monthOf(nextMonth()), async () => {
        process.kill(stage.service.pid, 'SIGUSR2');
        await delay(leadMs);
        await untilRefused(load);
      });
    },
    async restore(stage) {
      await stage.redisRelay.mend();
      await stage.restartService();
    },
  },
];
