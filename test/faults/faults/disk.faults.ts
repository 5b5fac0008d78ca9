import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault';
import { untilRefused } from '../load/until-refused';
import type { Stage } from '../stage';

async function sampleMonths(stage: Stage): Promise<string[]> {
  const rows = await stage.sql<{ name: string }>(`SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relispartition AND relname ~ '^(heart_rate|quantity)_metrics_\\d{4}_\\d\\d$'
    ORDER BY 1`);
  return rows.map(({ name }) => name);
}

/** Moves tables with their indexes. */
async function moveTo(stage: Stage, tablespace: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await stage.sql(`ALTER TABLE ${table} SET TABLESPACE ${tablespace}`);
  }
}

/** Fills what is left with rows that nobody needs; whatever is refused, what went before keeps its place. */
async function fill(stage: Stage): Promise<void> {
  await stage.sql('CREATE TABLE ballast (filling text STORAGE PLAIN) TABLESPACE small_disk');
  for (const rows of [1000, 100, 10, 1]) {
    try {
      for (;;) await stage.sql(`INSERT INTO ballast SELECT repeat('x', 8000) FROM generate_series(1, ${rows})`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== '53100') throw error;
    }
  }
}

/** The disk that samples are on has no room left. */
export const diskFaults: readonly Fault[] = [
  {
    name: 'the disk is full',
    expected: 'refusals',
    hindrance: ({ postgres: { smallDisk } }) => (typeof smallDisk === 'string' ? smallDisk : null),
    async strike({ stage, load }) {
      const { smallDisk } = stage.postgres;
      if (typeof smallDisk === 'string') throw new Error(smallDisk);
      const months = await sampleMonths(stage);
      await stage.sql(`CREATE TABLESPACE small_disk LOCATION '${smallDisk.directory}'`);
      await moveTo(stage, 'small_disk', months);
      await fill(stage);
      await untilRefused(load);
      await delay(stage.lasting(5000, 500));
      await stage.sql('DROP TABLE ballast');
    },
    async restore(stage) {
      await moveTo(stage, 'pg_default', await sampleMonths(stage));
      // What was dropped keeps its place until the next checkpoint.
      await stage.sql('CHECKPOINT');
      await stage.sql('DROP TABLESPACE small_disk');
    },
  },
];
