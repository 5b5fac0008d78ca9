import { Injectable } from '@nestjs/common';
import type { Reader } from '../../cache/cached-answer';
import { Catalogue } from '../../catalogue/catalogue';
import { DatabaseService } from '../../database/database.service';
import { type EcgSummary, ecgTable } from '../ecg/ecg-table';
import { eventKinds, eventTable, type HealthEvent } from '../events/event-table';
import { readPage } from '../paging/read-page';
import { type Night, nightTable } from '../sleep/night-table';
import { type WorkoutSummary, workoutTable } from '../workouts/workout-table';
import { type RecentValue, readRecentMetrics } from './recent-metrics';

/** The newest of everything; null where there is none. */
export interface RecentAnswer {
  readonly metrics: readonly RecentValue[];
  readonly night: Night | null;
  readonly workout: WorkoutSummary | null;
  readonly ecg: EcgSummary | null;
  /** Of each kind the newest. */
  readonly events: readonly HealthEvent[];
}

/** Answers what was measured last. */
@Injectable()
export class RecentService {
  constructor(
    private readonly database: DatabaseService,
    private readonly catalogue: Catalogue,
  ) {}

  /** The newest of everything that a user has, in ten statements on one snapshot. */
  read({ userId }: Reader): Promise<RecentAnswer> {
    const newest = { userId, range: { fromUs: null, toUs: null }, order: 'desc', limit: 1 } as const;
    return this.database.inReadOnlyTransaction([userId], async (tx) => {
      const metrics = await readRecentMetrics(tx, this.catalogue, userId);
      const night = await readPage(tx, nightTable, newest);
      const workout = await readPage(tx, workoutTable, newest);
      const ecg = await readPage(tx, ecgTable, newest);
      const events: HealthEvent[] = [];
      // The index of events begins with their kind, so that each kind is one look-up.
      for (const kind of eventKinds) {
        events.push(...(await readPage(tx, eventTable, { ...newest, filters: { kind } })).items);
      }
      return {
        metrics,
        night: night.items[0] ?? null,
        workout: workout.items[0] ?? null,
        ecg: ecg.items[0] ?? null,
        events,
      };
    });
  }
}
