import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PartitionMetricsService } from '../../../src/database/partition-metrics.service';
import { SilentAutomations } from '../../../src/ingest/silent-automations.service';
import { readMetrics } from '../../support/read-metrics';
import { type Service, startService } from '../../support/service';

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

const value = async (name: string) => (await readMetrics(service.port)).value(name);

describe('partitions', () => {
  const look = () => service.app.get(PartitionMetricsService, { strict: false }).lookup.look();

  test('are told how far ahead they reach, of the table that reaches least far', async () => {
    expect(await value('partition_months_ahead')).toBe(4);
    const [newest] = await service.sql<{ name: string }>(
      `SELECT max(inhrelid::regclass::text) AS name FROM pg_inherits WHERE inhparent = 'sleep_segments'::regclass
          AND inhrelid::regclass::text ~ '_20\\d\\d_\\d\\d$'`,
    );
    await service.sql(`DROP TABLE ${newest?.name}`);
    // Nobody who asks for the metrics has them looked up.
    expect(await value('partition_months_ahead')).toBe(4);
    await look();
    expect(await value('partition_months_ahead')).toBe(3);
  });

  test('that are no month and no year are told of, with how much lies in them', async () => {
    expect(await value('partition_rows_outside')).toBe(0);
    await service.sql(
      `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
       SELECT gen_random_uuid(), timestamptz '2001-01-01' + n * interval '1 min', '', 0, 60, 0, 1 FROM generate_series(1, 500) n`,
    );
    await service.sql('ANALYZE heart_rate_metrics_before_2014');
    await look();
    expect(await value('partition_rows_outside')).toBe(500);
  });
});

describe('automations', () => {
  const look = () => service.app.get(SilentAutomations, { strict: false }).lookup.look();
  const userId = randomUUID();

  beforeAll(() => service.sql(`INSERT INTO users (id, name) VALUES ($1, 'one who sends')`, [userId]));
  beforeEach(() => service.sql('DELETE FROM raw_ingestions'));

  /** Keeps ingestions that were received so many hours ago. */
  async function received(
    hoursAgo: readonly number[],
    { name = null, id = null }: { name?: string | null; id?: string | null },
  ): Promise<void> {
    await service.sql(
      `INSERT INTO raw_ingestions (user_id, received_at, id, status, kept_encoding, sent_bytes, body_bytes, sha256,
                                   automation_name, automation_id)
       SELECT $1, now() - hours * interval '1 hour', gen_random_uuid(), 'stored', 'identity', 0, 0, '', $3, $4
         FROM unnest($2::float8[]) AS hours`,
      [userId, hoursAgo, name, id],
    );
  }

  /** Every `everyHours` hours, from `first` hours ago to `last` hours ago. */
  function regularly(everyHours: number, first: number, last: number): number[] {
    return Array.from({ length: Math.floor((first - last) / everyHours) + 1 }, (_, i) => first - i * everyHours);
  }

  async function silent(): Promise<number> {
    await look();
    return await value('silent_automations');
  }

  test('that send are not silent, and an hourly one is after two days', async () => {
    await received(regularly(1, 200, 1), { name: 'hourly' });
    expect(await silent()).toBe(0);
    await received(regularly(1, 200, 47), { name: 'hourly, silent for 47 h' });
    expect(await silent()).toBe(0);
    await received(regularly(1, 200, 49), { name: 'hourly, silent for 49 h' });
    expect(await silent()).toBe(1);
  });

  test('are silent only after four of their own gaps, and many sendings at once are no shorter gap', async () => {
    const daily = regularly(24, 13 * 24, 3 * 24);
    await received([...daily, ...daily.flatMap((hours) => [hours + 0.01, hours + 0.02, hours + 0.03])], {
      id: 'daily',
    });
    expect(await silent()).toBe(0);
    await received(regularly(24, 13 * 24, 5 * 24), { id: 'daily, silent for 5 days' });
    expect(await silent()).toBe(1);
  });

  test('that never sent regularly, or have no name, are none; one with an id is one under any name', async () => {
    await received([100, 101, 102, 103], { name: 'on one day' });
    await received(regularly(1, 200, 60), {});
    expect(await silent()).toBe(0);
    await received([100], { name: 'one', id: 'the same' });
    await received([124], { name: 'renamed', id: 'the same' });
    expect(await silent()).toBe(0);
    await received([148], { name: 'renamed again', id: 'the same' });
    expect(await silent()).toBe(1);
  });
});
