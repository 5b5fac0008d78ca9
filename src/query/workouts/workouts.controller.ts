import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { DatabaseService } from '../../database/database.service';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { workoutAnswer, workoutsAnswer } from '../answers/thing-answers';
import { PageReader } from '../paging/page-reader.service';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { rangeParameters, thingPageParameters } from '../request/query-fields';
import { ThingIdPipe } from '../request/thing-id.pipe';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { findWorkout, type WorkoutAnswer } from './find-workout';
import { type WorkoutSummary, workoutTable } from './workout-table';

const workoutsQuery = z.object({ ...rangeParameters, ...thingPageParameters });

/** `/v1/workouts`: workouts, and one of them with its route and series. */
@Controller('v1/workouts')
@UseInterceptors(PrivateAnswerInterceptor)
export class WorkoutsController {
  constructor(
    private readonly pages: PageReader,
    private readonly database: DatabaseService,
  ) {}

  /** One page of workouts; the range is about their start. */
  @Get()
  @DescribeRoute({ summary: 'Workouts', query: workoutsQuery, answer: workoutsAnswer })
  @RequireScope('read')
  async getWorkouts(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(workoutsQuery)) query: z.infer<typeof workoutsQuery>,
  ): Promise<{ workouts: readonly WorkoutSummary[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, workoutTable, query);
    return { workouts: items, nextCursor };
  }

  /** One workout with its route as GeoJSON and its series. */
  @Get(':id')
  @DescribeRoute({
    summary: 'One workout with its route and series',
    pathExamples: { id: '0a1b2c3d-0000-4000-8000-000000000001' },
    answer: workoutAnswer,
  })
  @RequireScope('read')
  getWorkout(@CurrentIdentity() { userId }: Identity, @Param('id', ThingIdPipe) id: string): Promise<WorkoutAnswer> {
    return this.database.inReadOnlyTransaction([userId], (tx) => findWorkout(tx, userId, id));
  }
}
