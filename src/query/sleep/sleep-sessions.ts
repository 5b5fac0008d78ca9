/** One stage as it is stored; times in ms since 1970. */
export interface StageSpan {
  readonly source: string;
  readonly stage: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly offsetMinutes: number;
}

/** A time of sleep of one source, from the phone's own account of a night or put together of stages. */
export interface SleepCandidate {
  readonly basis: 'night' | 'stages';
  readonly source: string;
  /** The local day of waking up. */
  readonly wakeDate: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Hours; null where it is not known. */
  readonly totalHours: number | null;
  readonly coreHours: number | null;
  readonly deepHours: number | null;
  readonly remHours: number | null;
  /** Asleep in a stage that was not told. */
  readonly asleepHours: number | null;
  readonly awakeHours: number | null;
  readonly inBedHours: number | null;
  readonly offsetMinutes: number;
}

const hourMs = 3_600_000;

/** Stages of one source that lie further apart are of two sleeps: nobody lies awake that long between two naps. */
const maxGapMs = 2 * hourMs;

const sleepStages: ReadonlySet<string> = new Set(['core', 'deep', 'rem', 'asleep']);

/** Hours that some spans cover together; what two of them cover counts once. */
export function coveredHours(spans: readonly { readonly startMs: number; readonly endMs: number }[]): number {
  let coveredMs = 0;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    coveredMs += Math.max(0, span.endMs - Math.max(span.startMs, endMs));
    endMs = Math.max(endMs, span.endMs);
  }
  return coveredMs / hourMs;
}

function toCandidate(source: string, spans: readonly StageSpan[]): SleepCandidate {
  const asleep = spans.filter(({ stage }) => sleepStages.has(stage));
  const ends = (asleep.length > 0 ? asleep : spans).toSorted((a, b) => b.endMs - a.endMs);
  const { endMs, offsetMinutes } = ends[0] as StageSpan;
  const hours = (stage: string): number | null => {
    const own = spans.filter((span) => span.stage === stage);
    return own.length === 0 ? null : coveredHours(own);
  };
  return {
    basis: 'stages',
    source,
    wakeDate: new Date(endMs + offsetMinutes * 60_000).toISOString().replace(/T.*/, ''),
    startMs: Math.min(...spans.map(({ startMs }) => startMs)),
    endMs: Math.max(...spans.map((span) => span.endMs)),
    totalHours: asleep.length === 0 ? null : coveredHours(asleep),
    coreHours: hours('core'),
    deepHours: hours('deep'),
    remHours: hours('rem'),
    asleepHours: hours('asleep'),
    awakeHours: hours('awake'),
    inBedHours: hours('in_bed'),
    offsetMinutes,
  };
}

/** Puts stages together to times of sleep, each source by itself; a gap of two hours ends one. */
export function toSessions(spans: readonly StageSpan[]): SleepCandidate[] {
  const sessions: { source: string; spans: StageSpan[]; endMs: number }[] = [];
  const open = new Map<string, { source: string; spans: StageSpan[]; endMs: number }>();
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const session = open.get(span.source);
    if (session !== undefined && span.startMs - session.endMs <= maxGapMs) {
      session.spans.push(span);
      session.endMs = Math.max(session.endMs, span.endMs);
    } else {
      const begun = { source: span.source, spans: [span], endMs: span.endMs };
      open.set(span.source, begun);
      sessions.push(begun);
    }
  }
  return sessions.map(({ source, spans: own }) => toCandidate(source, own));
}
