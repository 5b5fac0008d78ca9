import { describe, expect, test } from 'vitest';
import { resolveSleep } from '../../../src/query/sleep/resolve-sleep';
import { coveredHours, type SleepCandidate, type StageSpan, toSessions } from '../../../src/query/sleep/sleep-sessions';

const at = (text: string): number => Date.parse(`2026-05-${text}:00Z`);

function night(source: string, from: string, to: string, more: Partial<SleepCandidate> = {}): SleepCandidate {
  return {
    basis: 'night',
    source,
    wakeDate: `2026-05-${to.slice(0, 2)}`,
    startMs: at(from),
    endMs: at(to),
    totalHours: 7,
    coreHours: null,
    deepHours: null,
    remHours: null,
    asleepHours: null,
    awakeHours: null,
    inBedHours: null,
    offsetMinutes: 0,
    ...more,
  };
}

function stage(source: string, name: string, from: string, to: string): StageSpan {
  return { source, stage: name, startMs: at(from), endMs: at(to), offsetMinutes: 120 };
}

describe('stages become times of sleep', () => {
  test('that a gap of more than two hours ends, each source by itself', () => {
    const sessions = toSessions([
      stage('Watch', 'core', '01T22:00', '02T01:00'),
      stage('iPhone', 'in_bed', '01T21:30', '02T05:00'),
      stage('Watch', 'awake', '02T01:00', '02T01:30'),
      stage('Watch', 'deep', '02T03:30', '02T04:30'),
      stage('Watch', 'asleep', '02T12:00', '02T12:40'),
    ]);
    expect(sessions.map(({ source, totalHours, inBedHours }) => [source, totalHours, inBedHours])).toEqual([
      ['iPhone', null, 7.5],
      ['Watch', 4, null],
      ['Watch', 40 / 60, null],
    ]);
  });

  test('counting what overlaps once', () => {
    expect(coveredHours([stage('', '', '01T00:00', '01T02:00'), stage('', '', '01T01:00', '01T03:00')])).toBe(3);
  });

  test('of the day of waking up on the sleeper’s own clock', () => {
    expect(toSessions([stage('Watch', 'core', '01T15:00', '01T22:30')])[0]?.wakeDate).toBe('2026-05-02');
  });
});

describe('a day of sleep', () => {
  test('has one night of several sources, with the stages or by preference, and never their sum', () => {
    const watch = night('Watch', '01T22:00', '02T06:00', { totalHours: 6.5, coreHours: 4 });
    const ring = night('Ring', '01T21:30', '02T06:30', { totalHours: 7.5 });
    expect(resolveSleep([ring, watch], [])).toEqual([
      { date: '2026-05-02', night: { ...watch, reportedHours: null }, naps: [] },
    ]);
    expect(resolveSleep([ring, watch], ['Ring'])[0]?.night?.source).toBe('Ring');
  });

  test('has naps apart from the night, whichever comes first', () => {
    const sleep = night('Watch', '01T22:00', '02T06:00');
    const nap = night('Watch', '02T12:00', '02T13:00', { totalHours: 0.8 });
    expect(resolveSleep([nap, sleep], [])).toMatchObject([
      { date: '2026-05-02', night: { totalHours: 7 }, naps: [{ totalHours: 0.8 }] },
    ]);
    expect(resolveSleep([nap], [])).toMatchObject([{ date: '2026-05-02', night: null, naps: [{ totalHours: 0.8 }] }]);
  });

  test.each([
    ['more than a day', night('All', '01T22:00', '02T06:00', { totalHours: 82 }), 82],
    ['more than its span', night('All', '01T22:00', '02T06:00', { totalHours: 12 }), 12],
  ])('has no total that says %s', (_what, sleep, reportedHours) => {
    expect(resolveSleep([sleep], [])[0]?.night).toMatchObject({ totalHours: null, reportedHours });
    const good = night('Watch', '01T22:10', '02T06:00', { totalHours: 6 });
    expect(resolveSleep([sleep, good], ['All'])[0]?.night).toMatchObject({ source: 'Watch', totalHours: 6 });
  });

  test('is not tied to the next one by a span of days', () => {
    const days = resolveSleep(
      [
        night('Both', '01T20:00', '03T08:00', { totalHours: 14 }),
        night('Watch', '01T22:00', '02T06:00'),
        night('Watch', '02T22:00', '03T06:00'),
      ],
      [],
    );
    expect(days.map(({ date, night: of }) => [date, of?.source])).toEqual([
      ['2026-05-02', 'Watch'],
      ['2026-05-03', 'Watch'],
    ]);
  });

  test('prefers the phone’s account of a night to its own stages put together', () => {
    const [session] = toSessions([stage('Watch', 'core', '01T22:00', '02T05:00')]) as [SleepCandidate];
    const sent = night('Watch', '01T22:00', '02T05:00', { coreHours: 7, wakeDate: session.wakeDate });
    expect(resolveSleep([session, sent], [])).toMatchObject([{ night: { basis: 'night' }, naps: [] }]);
  });
});
