import { expect, test } from 'vitest';
import type { Figure, Reading } from '../../../src/service-levels/readings/reading';
import { makeReport, maxPoints } from '../../../src/service-levels/report';
import { SnapshotRing } from '../../../src/service-levels/snapshot-ring';

const id = 'ingest_p95';

/** Tells between which snapshots it was asked: its figure is how many seconds lie between them. */
class ClockReading implements Reading {
  constructor(private readonly atS: number) {}

  figureSince(earlier: Reading | null, between: readonly Reading[]): Figure {
    const fromS = earlier instanceof ClockReading ? earlier.atS : 0;
    return { value: this.atS - fromS, isLowerBound: false, measurements: between.length, failed: 0 };
  }
}

function snapshotAt(atS: number) {
  return { atMs: atS * 1000, readings: new Map([[id, new ClockReading(atS)]]) };
}

/** A report after looks every 10 s from the 100th second on. */
function reportAfter(looks: number) {
  const ring = new SnapshotRing(361);
  for (let i = 0; i < looks; i++) ring.add(snapshotAt(100 + i * 10));
  const report = makeReport(ring, snapshotAt(100 + (looks - 1) * 10 + 4), 10);
  const found = report.promises.find((each) => each.id === id);
  if (found === undefined) throw new Error('the promise is not in the report');
  return { report, found };
}

test('windows begin at the last look before them, and at the start while the process is younger', () => {
  const young = reportAfter(4);
  expect(young.report.coveredS).toEqual({ fiveMinutes: 34, hour: 34, sinceStart: 34 });
  const old = reportAfter(1000);
  expect(old.report.coveredS).toEqual({ fiveMinutes: 304, hour: 3604, sinceStart: 9994 });
  const { fiveMinutes, hour, sinceStart } = old.found.windows;
  expect([fiveMinutes.value, hour.value, sinceStart.value]).toEqual([304, 3604, 9994]);
  expect([fiveMinutes.measurements, hour.measurements]).toEqual([30, 360]);
});

test('a chart has at most sixty points over the last hour, the newest whole, and few while it is young', () => {
  expect(reportAfter(1).found.series).toEqual({ stepS: 10, points: [] });
  expect(reportAfter(4).found.series).toEqual({ stepS: 10, points: [10, 10, 10] });
  const { stepS, points } = reportAfter(1000).found.series;
  expect(stepS).toBe(60);
  expect(points).toHaveLength(maxPoints);
  expect(new Set(points)).toEqual(new Set([60]));
  expect(reportAfter(100).found.series).toEqual({ stepS: 20, points: Array(49).fill(20) });
});

test('a promise that could not be read is no data', () => {
  const { report } = reportAfter(4);
  for (const { id: other, windows, series } of report.promises) {
    if (other === id) continue;
    expect(windows.hour.verdict).toBe('no_data');
    expect(series.points.every((point) => point === null)).toBe(true);
  }
});

test('the ring keeps a bounded number of looks, and the first', () => {
  const ring = new SnapshotRing(5);
  for (let i = 0; i < 50; i++) ring.add(snapshotAt(i));
  expect(ring.since(0).map(({ atMs }) => atMs)).toEqual([45_000, 46_000, 47_000, 48_000, 49_000]);
  expect(ring.start?.atMs).toBe(0);
  expect(ring.latest?.atMs).toBe(49_000);
});
