import type { Client } from 'pg';
import { type HeartRateSample, sources } from '../generate-samples';

/** Users of a table, each with its place, which its rows are made from. */
export interface SeededUsers {
  readonly ids: readonly string[];
  readonly places: readonly number[];
}

/** A month to be filled. */
export interface SeedMonth {
  readonly startMs: number;
  readonly rowsPerUser: number;
}

/** Days that every month has, so that no row falls into the next one. */
const monthSeconds = 28 * 86_400;

/**
 * Rows of some users in one month, made by the server from their places alone: the same arguments make the same rows,
 * so that they can be known without the table being read. In the order of time, users taking turns, as rows arrive.
 *
 * Each row lies half a second beside those of {@link HeartRateSample}s, so that the two never share a key.
 */
const rowsSql = `
SELECT u.id AS user_id,
       $1::timestamptz + make_interval(secs => i * ($2::int / $3::int) + (u.a & 65535) % ($2::int / $3::int) + 0.5)
         AS recorded_at,
       ($6::text[])[1 + (u.b & 1023) % 3] AS source,
       48 + (u.a & 9007199254740991) / 9007199254740992.0::float8 * 100 AS value,
       48 + (u.a & 9007199254740991) / 9007199254740992.0::float8 * 100
          - (u.b & 9007199254740991) / 9007199254740992.0::float8 * 8 AS min,
       48 + (u.a & 9007199254740991) / 9007199254740992.0::float8 * 100
          + (u.b & 9007199254740991) / 9007199254740992.0::float8 * 12 AS max
  FROM generate_series(0::int8, $3::int8 - 1) AS i
 CROSS JOIN LATERAL (
         SELECT id, hashint8extended(i * 1000003 + place, $7::bigint) AS a,
                hashint8extended(i * 1000003 + place, $7::bigint + 1) AS b
           FROM unnest($4::uuid[], $5::int8[]) AS of_user(id, place)) AS u`;

function values(users: SeededUsers, { startMs, rowsPerUser }: SeedMonth): unknown[] {
  // The month is part of the seed: two months of a user must not hold the same numbers.
  const seed = Math.floor(startMs / 86_400_000) * 2;
  return [new Date(startMs), monthSeconds, rowsPerUser, users.ids, users.places, sources, seed];
}

/** Fills a month of a schema's `heart_rate_metrics`; nothing of the rows passes through this process. */
export async function seedMonth(client: Client, schema: string, users: SeededUsers, month: SeedMonth): Promise<void> {
  await client.query(
    `INSERT INTO ${schema}.heart_rate_metrics
       (user_id, recorded_at, source, granularity, value, min, max, zone_offset_minutes, flags, ingestion_seq)
     SELECT user_id, recorded_at, source, 0, value, min, max, 60, 0, 1 FROM (${rowsSql}) AS made`,
    values(users, month),
  );
}

/** What {@link seedMonth} stored for these users, computed again. */
export async function seededSamples(client: Client, users: SeededUsers, month: SeedMonth): Promise<HeartRateSample[]> {
  const { rows } = await client.query(rowsSql, values(users, month));
  return rows.map(({ recorded_at, source, value, min, max }) => ({
    atMs: recorded_at.getTime(),
    source,
    avg: value,
    min,
    max,
  }));
}
