import type { PoolClient } from 'pg';
import type { MemberBatch } from './member-batch';

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

/** What lasts longer was not slept in one go: weeks, months and years that the phone added up. */
const longestNightMs = dayMs;

/** More nights and naps than this of one time are no sleep; comparing each with each would take for ever. */
const maxNightsPerSlot = 50;

const storedNightsSql = `
SELECT id, source, started_at, ended_at, ingestion_seq > $4::bigint AS is_held
  FROM sleep_metrics
 WHERE user_id = $1 AND ended_at >= to_timestamp($2) AND started_at <= to_timestamp($3)
 ORDER BY started_at, id`;

/**
 * True when two spans overlap by more than half of the shorter one, for a night that is sent while it lasts grows many
 * times over; two points in time when they are the same. When one is longer than a night, it must be half of the longer
 * one: a week that was added up is not any of its nights.
 */
export function isSameNight(aStartMs: number, aEndMs: number, bStartMs: number, bEndMs: number): boolean {
  const shorterMs = Math.min(aEndMs - aStartMs, bEndMs - bStartMs);
  const longerMs = Math.max(aEndMs - aStartMs, bEndMs - bStartMs);
  const overlapMs = Math.min(aEndMs, bEndMs) - Math.max(aStartMs, bStartMs);
  const measureMs = longerMs > longestNightMs ? longerMs : shorterMs;
  return measureMs === 0 ? overlapMs === 0 : overlapMs * 2 > measureMs;
}

async function readStoredNights(
  client: PoolClient,
  member: MemberBatch,
  fromMs: number,
  toMs: number,
): Promise<Night[]> {
  const values = [member.userId, fromMs / 1000, toMs / 1000, member.ingestionSeq];
  const { rows } = await client.query(storedNightsSql, values);
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    startMs: row.started_at.getTime(),
    endMs: row.ended_at.getTime(),
    isHeld: row.is_held,
  }));
}

/** Days, doubled until a span of this length fits into one: it touches two such slots at most, however long it is. */
function slotMsOf(lengthMs: number): number {
  let slotMs = dayMs;
  while (slotMs < lengthMs) slotMs *= 2;
  return slotMs;
}

/** Nights by source and by the slots of time that they touch, so that a night is only compared with its neighbours. */
class NightIndex {
  private readonly nightsBySlot = new Map<string, Night[]>();

  /** Adds a night; one more than {@link maxNightsPerSlot} of a slot is not compared with. */
  add(night: Night): void {
    for (const key of this.keysOf(night.source, night.startMs, night.endMs, slotMsOf(night.endMs - night.startMs))) {
      const nights = this.nightsBySlot.get(key);
      if (nights === undefined) this.nightsBySlot.set(key, [night]);
      else if (nights.length < maxNightsPerSlot && !nights.includes(night)) nights.push(night);
    }
  }

  /** The stored night that this one is, the one with the longest overlap; undefined when it is a new one. */
  find(source: string, startMs: number, endMs: number): Night | undefined {
    let best: Night | undefined;
    let bestOverlapMs = -1;
    const slotMs = slotMsOf(endMs - startMs);
    // What is longer than a night is never the same as what is twice or half as long.
    for (const size of [slotMs / 2, slotMs, slotMs * 2]) {
      for (const key of this.keysOf(source, startMs, endMs, size)) {
        for (const night of this.nightsBySlot.get(key) ?? []) {
          const overlapMs = Math.min(night.endMs, endMs) - Math.max(night.startMs, startMs);
          if (overlapMs > bestOverlapMs && isSameNight(night.startMs, night.endMs, startMs, endMs)) {
            best = night;
            bestOverlapMs = overlapMs;
          }
        }
      }
    }
    return best;
  }

  private *keysOf(source: string, startMs: number, endMs: number, slotMs: number): Generator<string> {
    const lastSlot = Math.floor(endMs / slotMs);
    for (let slot = Math.floor(startMs / slotMs); slot <= lastSlot; slot++) yield `${slotMs} ${slot} ${source}`;
  }
}

/**
 * Gives each night of a batch the id of the night that it is: the phone re-sends a night with another start or end as
 * it learns more, and that is the same night when it is from the same source and {@link isSameNight}.
 *
 * Returns the ids, row by row; the batch is left as it is, because a transaction that is run again matches again.
 * Order: to be called under the user's advisory lock.
 */
export async function matchNights(client: PoolClient, member: MemberBatch): Promise<string[]> {
  const { batch } = member;
  const ids = [...batch.objects('id').values] as string[];
  const sources = batch.objects('source').values as string[];
  const starts = batch.numbers('started_at').values.subarray(0, batch.length);
  const ends = batch.numbers('ended_at').values.subarray(0, batch.length);
  const fromMs = starts.reduce((a, b) => Math.min(a, b));
  const toMs = ends.reduce((a, b) => Math.max(a, b));
  const index = new NightIndex();
  for (const night of await readStoredNights(client, member, fromMs, toMs)) index.add(night);
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
