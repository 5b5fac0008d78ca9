import type { JsonObject } from '../../catalogue/json';
import { type LoopTurns, loopTurns } from '../../common/loop-turns';
import { AccountUnderWay } from '../account';
import { readEcg } from '../normalise/elements/ecg.element';
import { readWorkout } from '../normalise/elements/workout.element';
import type { FindUserMetrics } from '../normalise/export-normaliser';
import type { UserMetric } from '../normalise/metric-block';
import { NormalisedPayload } from '../normalise/normalised-payload';
import type { PayloadContext } from '../normalise/payload-context';
import type { ArchiveFiles } from './archive-files';
import { ArchiveNormaliser, type WaitingWorkout } from './archive-normaliser';
import { HealthDataReader } from './health-data-reader';
import { OwnMetricIds } from './own-metrics';
import { PartsUnderWay } from './parts-under-way';
import { pushInSteps } from './push-in-steps';
import { routePaths, workoutJson } from './workout-json';

/** Samples of one part: some 50 ms of a transaction, so that the user's live payloads do not wait long. */
const partRows = 16_000;

/** Things that are kept as a unit, such as a workout with its route, weigh as much as this many samples. */
const thingWeight = 80;

/** What an export that was surveyed is normalised with. */
export interface ArchiveReading {
  readonly files: ArchiveFiles;
  readonly ownMetrics: readonly UserMetric[];
  readonly context: PayloadContext;
  readonly findUserMetrics: FindUserMetrics;
}

/** The points of all routes of a workout, and how many of its files could not be read. */
async function readRoutes(
  files: ArchiveFiles,
  workout: WaitingWorkout,
): Promise<{ points: readonly JsonObject[]; unreadable: number }> {
  const points: JsonObject[] = [];
  let unreadable = 0;
  for (const path of routePaths(workout.element)) {
    const route = await files.readRoute(path);
    if (route === null) unreadable++;
    else for (const point of route ?? []) points.push(point);
  }
  return { points, unreadable };
}

/**
 * Normalises a surveyed export in parts of some {@link partRows} samples, each of which is written while the next one is
 * read, so that memory holds two of them. The same bytes always give the same parts. Returns the account, to be closed
 * with what became of all parts.
 *
 * Errors: rejects as `write` does.
 */
export async function normaliseArchive(
  { files, ownMetrics, context, findUserMetrics }: ArchiveReading,
  write: (part: NormalisedPayload, bytesDone: number) => Promise<void>,
  turns: LoopTurns = loopTurns,
): Promise<AccountUnderWay> {
  const account = new AccountUnderWay();
  const payload = new NormalisedPayload({ ...context, isArchive: true }, new Map());
  const ids = new OwnMetricIds(ownMetrics, ownMetrics.length === 0 ? [] : await findUserMetrics(ownMetrics));
  const normaliser = new ArchiveNormaliser(payload, account, ids);
  const reader = new HealthDataReader(normaliser);
  const parts = new PartsUnderWay(write);
  let documentBytes = 0;
  let things = 0;
  const takeWhenFull = (minRows: number): Promise<void> | undefined => {
    const weight = payload.rows + things * (thingWeight - 1);
    if (weight === 0 || weight < minRows) return undefined;
    things = 0;
    return parts.begin(payload.takePart(), files.bytesDone(documentBytes));
  };
  const addWorkouts = async (): Promise<void> => {
    for (const workout of normaliser.workouts.splice(0)) {
      const { points, unreadable } = await readRoutes(files, workout);
      const element = workoutJson(workout.element, points);
      if (unreadable > 0) element['unreadableRoutes'] = unreadable;
      normaliser.tell('workouts', workout.position, readWorkout(element, payload));
      things++;
      await takeWhenFull(partRows);
    }
  };
  const afterStep = (bytes: number): Promise<void> | undefined => {
    documentBytes += bytes;
    return normaliser.workouts.length > 0 ? addWorkouts() : takeWhenFull(partRows);
  };
  try {
    for await (const chunk of files.openDocument()) await pushInSteps(reader, chunk, turns, afterStep);
    reader.finish();
    normaliser.finish();
    await addWorkouts();
    let ecgs = 0;
    for await (const ecg of files.readEcgs()) {
      const reason = ecg === null ? 'unknown_shape' : readEcg(ecg, payload);
      if (reason === null) account.accept('ecg');
      else account.reject('ecg', `/electrocardiograms/${ecgs}`, reason);
      ecgs++;
      things++;
      await takeWhenFull(partRows);
    }
    await takeWhenFull(1);
  } finally {
    await parts.end();
  }
  return account;
}
