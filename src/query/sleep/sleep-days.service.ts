import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import type { Transaction } from '../../database/database.service';
import { type ResolvedSleep, resolveSleep } from './resolve-sleep';
import { type SleepCandidate, type StageSpan, toSessions } from './sleep-sessions';

const dayMs = 86_400_000;

/** How far from the days asked for a sleep of theirs may lie: offsets of 16 hours, and a day of sleep. */
const marginMs = 40 * 3_600_000;

/** Most stages that are read: a hundred a night of two watches, for three months, twice over. */
const maxStages = 40_000;

/** One sleep of an answer; hours are hours, what is not known is null. */
export interface Sleep extends Omit<ResolvedSleep, 'startMs' | 'endMs' | 'offsetMinutes' | 'wakeDate'> {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly zoneOffsetMinutes: number;
  /** In the order of time; only when they were asked for. */
  readonly stages?: readonly { readonly stage: string; readonly startedAt: string; readonly endedAt: string }[];
}

/** The sleep of the day on which a person woke up. */
export interface SleepDayAnswer {
  readonly date: string;
  readonly night: Sleep | null;
  readonly naps: readonly Sleep[];
}

interface NightRow extends Record<string, unknown> {
  readonly source: string;
  readonly wake_date: string;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly total_sleep_hours: number | null;
  readonly core_hours: number | null;
  readonly deep_hours: number | null;
  readonly rem_hours: number | null;
  readonly asleep_hours: number | null;
  readonly awake_hours: number | null;
  readonly in_bed_hours: number | null;
  readonly zone_offset_minutes: number;
}

interface StageRow extends Record<string, unknown> {
  readonly source: string;
  readonly stage: string;
  readonly recorded_at: Date;
  readonly ended_at: Date;
  readonly zone_offset_minutes: number;
}

// The end of a night is what its index is by; the day of waking up is near it.
const nightsSql = `
SELECT source, wake_date::text AS wake_date, started_at, ended_at, total_sleep_hours, core_hours, deep_hours, rem_hours,
       asleep_hours, awake_hours, in_bed_hours, zone_offset_minutes
  FROM sleep_metrics
 WHERE user_id = $1 AND ended_at >= $2::timestamptz AND ended_at < $3::timestamptz
 LIMIT ${maxStages}`;

const stagesSql = `
SELECT source, stage, recorded_at, ended_at, zone_offset_minutes
  FROM sleep_segments
 WHERE user_id = $1 AND recorded_at >= $2::timestamptz AND recorded_at < $3::timestamptz
 ORDER BY recorded_at LIMIT ${maxStages + 1}`;

const prioritySql = 'SELECT source_priority FROM users WHERE id = $1';

function toNight(row: NightRow): SleepCandidate {
  return {
    basis: 'night',
    source: row.source,
    wakeDate: row.wake_date,
    startMs: row.started_at.getTime(),
    endMs: row.ended_at.getTime(),
    totalHours: row.total_sleep_hours,
    coreHours: row.core_hours,
    deepHours: row.deep_hours,
    remHours: row.rem_hours,
    asleepHours: row.asleep_hours,
    awakeHours: row.awake_hours,
    inBedHours: row.in_bed_hours,
    offsetMinutes: row.zone_offset_minutes,
  };
}

function toStage(row: StageRow): StageSpan {
  return {
    source: row.source,
    stage: row.stage,
    startMs: row.recorded_at.getTime(),
    endMs: row.ended_at.getTime(),
    offsetMinutes: row.zone_offset_minutes,
  };
}

function toSleep(sleep: ResolvedSleep, stages: readonly StageSpan[] | null): Sleep {
  const { startMs, endMs, offsetMinutes, wakeDate: _wakeDate, ...rest } = sleep;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const own = stages?.filter(
    (stage) => stage.source === sleep.source && stage.startMs < endMs && stage.endMs > startMs,
  );
  return {
    startedAt: iso(startMs),
    endedAt: iso(endMs),
    ...rest,
    zoneOffsetMinutes: offsetMinutes,
    ...(own === undefined
      ? {}
      : { stages: own.map(({ stage, ...at }) => ({ stage, startedAt: iso(at.startMs), endedAt: iso(at.endMs) })) }),
  };
}

/** Reads the sleep of days: one account of each, whatever and how many sources there are. */
@Injectable()
export class SleepDays {
  /**
   * The days from one to another (`2026-05-01`, the last exclusive) that have sleep, in three statements.
   *
   * Errors: rejects with Problem 400 `answer_too_large` when they have more than 40,000 stages.
   */
  async read(
    tx: Transaction,
    userId: string,
    { fromWallMs, toWallMs, withStages }: { fromWallMs: number; toWallMs: number; withStages: boolean },
  ): Promise<SleepDayAnswer[]> {
    const bounds = [userId, new Date(fromWallMs - marginMs), new Date(toWallMs + marginMs)];
    const nights = await tx.query<NightRow>(nightsSql, bounds);
    const rows = await tx.query<StageRow>(stagesSql, bounds);
    const [user] = await tx.query<{ source_priority: string[] }>(prioritySql, [userId]);
    if (rows.length > maxStages) {
      throw new Problem(400, 'answer_too_large', 'These days have too many stages: ask for fewer days.');
    }
    const stages = rows.map(toStage);
    const days = resolveSleep([...nights.map(toNight), ...toSessions(stages)], user?.source_priority ?? []);
    const shown = withStages ? stages : null;
    return days
      .filter(({ date }) => isWithin(date, fromWallMs, toWallMs))
      .map(({ date, night, naps }) => ({
        date,
        night: night === null ? null : toSleep(night, shown),
        naps: naps.map((nap) => toSleep(nap, shown)),
      }));
  }
}

function isWithin(date: string, fromWallMs: number, toWallMs: number): boolean {
  const atMs = Date.parse(date);
  return atMs >= Math.floor(fromWallMs / dayMs) * dayMs && atMs < toWallMs;
}
