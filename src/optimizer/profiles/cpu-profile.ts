import { type Profiler, Session } from 'node:inspector/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A sample each millisecond: a tenth of the usual number, because the process works meanwhile. */
const samplingIntervalUs = 1000;

/** Elements of the profile's arrays that are made into text at once: some 0.5 ms. */
const sliceElements = 1000;

/**
 * Watches what the processor is used for, for `durationMs` or until the signal. Resolves with what Chrome reads as a
 * `.cpuprofile`. Errors: rejects when the inspector refuses, as it does where Node was built without it.
 */
export async function recordCpuProfile(durationMs: number, signal: AbortSignal): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: samplingIntervalUs });
    await session.post('Profiler.start');
    await delay(durationMs, undefined, { signal }).catch(() => undefined);
    const { profile } = await session.post('Profiler.stop');
    return profile;
  } finally {
    session.disconnect();
  }
}

function* arrayText(name: string, elements: readonly unknown[]): Iterable<string> {
  yield `"${name}":[`;
  for (let from = 0; from < elements.length; from += sliceElements) {
    const text = JSON.stringify(elements.slice(from, from + sliceElements)).slice(1, -1);
    yield from === 0 ? text : `,${text}`;
  }
  yield ']';
}

/** A profile as JSON, in pieces that hold the event loop only shortly. */
export function* cpuProfileText(profile: Profiler.Profile): Iterable<string> {
  yield '{';
  yield* arrayText('nodes', profile.nodes);
  yield `,"startTime":${profile.startTime},"endTime":${profile.endTime},`;
  yield* arrayText('samples', profile.samples ?? []);
  yield ',';
  yield* arrayText('timeDeltas', profile.timeDeltas ?? []);
  yield '}';
}
