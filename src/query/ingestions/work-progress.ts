import { isoOrNull } from '../paging/instant-text';

/** How far the work on an ingestion has come; null where nothing has been done yet that would tell. */
export interface WorkProgress {
  /** Bytes of the body whose samples are written, and all of them; inflated. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly samplesDone: number;
  /** Over the time that was worked, pauses left out. */
  readonly samplesPerS: number | null;
  readonly secondsLeft: number | null;
}

/** What an answer says of the work on an ingestion. */
export interface WorkAnswer {
  /**
   * True from when its body is there until it is stored or parked, and again from the answer to a replay until that is
   * over: meanwhile a stored one keeps its status and the account of before.
   */
  readonly isUnderWay: boolean;
  /** Attempts since it last came further; of a parked one, those after which it was given up. */
  readonly attempts: number;
  /** When it will be tried again; null while it is being worked on, and when it is finished. */
  readonly nextAttemptAt: string | null;
  readonly progress: WorkProgress | null;
}

/** The open work of an ingestion, as {@link openWorkColumn} reads it. */
export interface OpenWork {
  readonly kind: string;
  readonly attempts: number;
  readonly dueAt: string;
  readonly isHeld: boolean;
  readonly bytesDone: number;
  readonly samplesDone: number;
  readonly workedMs: number;
}

/** The open work of the ingestion whose user and id are the first and the third parameter; null when it is finished. */
export const openWorkColumn = `(
  SELECT jsonb_build_object('kind', kind, 'attempts', w.attempts, 'dueAt', due_at, 'bytesDone', bytes_done,
                            'samplesDone', samples_done, 'workedMs', worked_ms,
                            'isHeld', coalesce(lease_until > now(), false))
    FROM ingestion_work w WHERE w.user_id = $1 AND w.ingestion_id = $3) AS work`;

function toProgress({ bytesDone, samplesDone, workedMs }: OpenWork, bytesTotal: number): WorkProgress {
  const hasBegun = bytesDone > 0 && workedMs > 0;
  return {
    bytesDone,
    bytesTotal,
    samplesDone,
    samplesPerS: hasBegun ? Math.round(samplesDone / (workedMs / 1000)) : null,
    secondsLeft: hasBegun ? Math.ceil(((bytesTotal - bytesDone) / bytesDone) * (workedMs / 1000)) : null,
  };
}

/** What is told of the work on an ingestion: of that which is open, or how it ended. */
export function toWorkAnswer(work: OpenWork | null, endedAttempts: number, bytesTotal: number): WorkAnswer {
  if (work === null || work.kind === 'receive') {
    return { isUnderWay: false, attempts: endedAttempts, nextAttemptAt: null, progress: null };
  }
  return {
    isUnderWay: true,
    attempts: work.attempts,
    nextAttemptAt: work.isHeld ? null : isoOrNull(new Date(work.dueAt)),
    progress: toProgress(work, bytesTotal),
  };
}
