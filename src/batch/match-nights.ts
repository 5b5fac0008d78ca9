import type { PoolClient } from 'pg';
import type { ColumnBatch } from './column-batch';
import type { WriteScope } from './write-batch';

/** A night that is stored, or that this batch is about to store. */
interface Night {
  id: string;
  source: string;
  startMs: number;
  endMs: number;
  /** A later ingestion holds it: it keeps its span whatever this batch says. */
  readonly isHeld: boolean;
}

const dayMs = 86_400_000;

/** More nights and naps than this that touch one day are no sleep; comparing each with each would take for ever. */
const maxNightsPerDay = 50;

/** Days of one night that are looked at; what lasts longer was not slept. */
const maxDaysOfNight = 30;

const storedNightsSql = `
SELECT id, source, started_at, ended_at, ingestion_seq > $4::bigint AS is_held
  FROM sleep_metrics
 WHERE user_id = $1 AND ended_at >= to_timestamp($2) AND started_at <= to_timestamp($3)`;

/** True when two spans overlap by more than half of the shorter one; two points in time when they are the same. */
export function isSameNight(aStartMs: number, aEndMs: number, bStartMs: number, bEndMs: number): boolean {
  const shorterMs = Math.min(aEndMs - aStartMs, bEndMs - bStartMs);
  const overlapMs = Math.min(aEndMs, bEndMs) - Math.max(aStartMs, bStartMs);
  return shorterMs === 0 ? overlapMs === 0 : overlapMs * 2 > shorterMs;
}

async function readStoredNights(client: PoolClient, scope: WriteScope, fromMs: number, toMs: number): Promise<Night[]> {
  const values = [scope.userId, fromMs / 1000, toMs / 1000, scope.ingestionSeq];
  const { rows } = await client.query(storedNightsSql, values);
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    startMs: row.started_at.getTime(),
    endMs: row.ended_at.getTime(),
    isHeld: row.is_held,
  }));
}

/** Nights by source and by each day that they touch, so that a night is only compared with its neighbours. */
class NightIndex {
  private readonly nightsByDay = new Map<string, Night[]>();

  /** Adds a night; one more than {@link maxNightsPerDay} of a day is not compared with. */
  add(night: Night): void {
    for (const key of this.keysOf(night.source, night.startMs, night.endMs)) {
      const nights = this.nightsByDay.get(key);
      if (nights === undefined) this.nightsByDay.set(key, [night]);
      else if (nights.length < maxNightsPerDay) nights.push(night);
    }
  }

  /** The stored night that this one is, the one with the longest overlap; undefined when it is a new one. */
  find(source: string, startMs: number, endMs: number): Night | undefined {
    let best: Night | undefined;
    let bestOverlapMs = -1;
    for (const key of this.keysOf(source, startMs, endMs)) {
      for (const night of this.nightsByDay.get(key) ?? []) {
        const overlapMs = Math.min(night.endMs, endMs) - Math.max(night.startMs, startMs);
        if (overlapMs > bestOverlapMs && isSameNight(night.startMs, night.endMs, startMs, endMs)) {
          best = night;
          bestOverlapMs = overlapMs;
        }
      }
    }
    return best;
  }

  private *keysOf(source: string, startMs: number, endMs: number): Generator<string> {
    const firstDay = Math.floor(startMs / dayMs);
    const lastDay = Math.min(Math.floor(endMs / dayMs), firstDay + maxDaysOfNight);
    for (let day = firstDay; day <= lastDay; day++) yield `${day} ${source}`;
  }
}

/**
 * Gives each night of a batch the id of the night that it is: the phone re-sends a night with another start or end as
 * it learns more, and that is the same night when the two overlap by more than half and come from one source.
 *
 * Returns the ids, row by row; the batch is left as it is, because a transaction that is run again matches again.
 * Order: to be called under the user's advisory lock.
 */
export async function matchNights(client: PoolClient, scope: WriteScope, batch: ColumnBatch): Promise<string[]> {
  const ids = [...batch.objects('id').values] as string[];
  const sources = batch.objects('source').values as string[];
  const starts = batch.numbers('started_at').values.subarray(0, batch.length);
  const ends = batch.numbers('ended_at').values.subarray(0, batch.length);
  const fromMs = starts.reduce((a, b) => Math.min(a, b));
  const toMs = ends.reduce((a, b) => Math.max(a, b));
  const index = new NightIndex();
  for (const night of await readStoredNights(client, scope, fromMs, toMs)) index.add(night);
  for (let row = 0; row < batch.length; row++) {
    const span = { startMs: starts[row] as number, endMs: ends[row] as number };
    const source = sources[row] as string;
    const same = index.find(source, span.startMs, span.endMs);
    if (same !== undefined) ids[row] = same.id;
    if (same?.isHeld) continue;
    if (same === undefined) index.add({ id: ids[row] as string, source, ...span, isHeld: false });
    else {
      Object.assign(same, span);
      index.add(same);
    }
  }
  return ids;
}
