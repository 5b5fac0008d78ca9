import { Injectable } from '@nestjs/common';
import type { Reader } from '../../cache/cached-answer';
import { Catalogue } from '../../catalogue/catalogue';
import type { MetricDefinition } from '../../catalogue/metric-definition';
import { DatabaseService } from '../../database/database.service';
import { BucketReader, type BucketSeries } from '../buckets/bucket-reader.service';
import { dateText } from '../buckets/calendar';
import type { Bucket } from '../buckets/make-buckets';
import type { DayRange } from '../request/day-range';
import { type SleepDayAnswer, SleepDays } from '../sleep/sleep-days.service';
import { type DayWorkout, readWorkouts } from './day-workouts';

const dayMs = 86_400_000;

/** Most days of one answer: a month. */
export const maxSummaryDays = 31;

/** What there is of one metric on one day. */
export interface DayValue extends Omit<Bucket, 'start'> {
  readonly unit: string;
  readonly agg: string;
}

/** Metrics of one subject, by name; those that were not measured are not there. */
type Group = Readonly<Record<string, DayValue>>;

/** A day at a glance. */
export interface DaySummary {
  readonly date: string;
  readonly activity: Group;
  readonly heart: Group;
  readonly respiratory: Group;
  readonly body: Group;
  readonly nutrition: Group;
  readonly other: Group;
  readonly sleep: Omit<SleepDayAnswer, 'date'> | null;
  readonly workouts: readonly DayWorkout[];
}

const groupNames = ['activity', 'heart', 'respiratory', 'body', 'nutrition', 'other'] as const;

/** The subject of a metric, by the hundred of its id. Source: the order of `catalogue/metrics.ts`. */
function groupOf({ id }: MetricDefinition): (typeof groupNames)[number] {
  const byHundred = { 0: 'activity', 1: 'heart', 2: 'respiratory', 3: 'body', 7: 'nutrition' } as const;
  return byHundred[Math.floor(id / 100) as keyof typeof byHundred] ?? 'other';
}

/** Says what each day was like. */
@Injectable()
export class SummaryService {
  private readonly definitions: readonly MetricDefinition[];

  constructor(
    private readonly database: DatabaseService,
    private readonly buckets: BucketReader,
    private readonly sleep: SleepDays,
    catalogue: Catalogue,
  ) {
    // Sleep has an account of its own.
    this.definitions = catalogue.definitions.filter(({ name }) => name !== 'sleep_analysis');
  }

  /** Every day of the range, in seven statements however many days and metrics there are. */
  read(reader: Reader, { fromWallMs, toWallMs }: DayRange): Promise<readonly DaySummary[]> {
    const { userId } = reader;
    return this.database.inReadOnlyTransaction([userId], async (tx) => {
      const instant = (atMs: number) => ({ atMs, offsetMinutes: 0, hasOffset: false, dateOnly: true });
      const names = this.definitions.map(({ name }) => name);
      const { series } = await this.buckets.readIn(tx, reader, names, {
        from: instant(fromWallMs),
        to: instant(toWallMs),
        bucket: 'day',
        agg: undefined,
        tz: 'phone',
        source: 'best',
        fill: 'none',
        order: 'asc',
        limit: maxSummaryDays,
        cursor: undefined,
      });
      const sleep = await this.sleep.read(tx, userId, { fromWallMs, toWallMs, withStages: false });
      const workouts = await readWorkouts(tx, userId, { fromWallMs, toWallMs });
      const days: DaySummary[] = [];
      for (let wallMs = fromWallMs; wallMs < toWallMs; wallMs += dayMs) {
        const date = dateText(wallMs);
        const ofDay = sleep.find((one) => one.date === date);
        days.push({
          date,
          ...this.groupsOf(date, series),
          sleep: ofDay === undefined ? null : { night: ofDay.night, naps: ofDay.naps },
          workouts: workouts.get(date) ?? [],
        });
      }
      return days;
    });
  }

  private groupsOf(date: string, series: readonly BucketSeries[]): Record<(typeof groupNames)[number], Group> {
    const groups = Object.fromEntries(groupNames.map((name) => [name, {} as Record<string, DayValue>]));
    for (const [i, { metric, unit, agg, buckets }] of series.entries()) {
      const bucket = buckets.find(({ start }) => start === date);
      if (bucket === undefined) continue;
      const { start: _start, ...values } = bucket;
      const group = groups[groupOf(this.definitions[i] as MetricDefinition)] as Record<string, DayValue>;
      group[metric] = { ...values, unit, agg };
    }
    return groups as Record<(typeof groupNames)[number], Group>;
  }
}
