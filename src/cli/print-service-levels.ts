import type { ServiceLevelsAnswer } from '../service-levels/service-levels-answer';
import { formatTable } from './format-table';

type PromiseAnswer = ServiceLevelsAnswer['promises'][number];

const words = { kept: 'kept', broken: 'BROKEN', too_few: 'too few', no_data: 'no data' } as const;

/** The promises that were broken in the last five minutes. */
export function findBroken({ promises }: ServiceLevelsAnswer): PromiseAnswer[] {
  return promises.filter(({ windows }) => windows.fiveMinutes.verdict === 'broken');
}

/** The answer of a service at `url` for people: a line for each promise, and where it comes from. */
export function describeServiceLevels(url: string, answer: ServiceLevelsAnswer): string {
  const rows = answer.promises.map(({ title, floorText, goalText, windows }) => [
    words[windows.fiveMinutes.verdict],
    title,
    floorText,
    goalText,
    windows.fiveMinutes.text,
    windows.hour.text,
    windows.sinceStart.text,
    windows.fiveMinutes.measurements.toLocaleString('en-US'),
  ]);
  const head = ['NOW', 'PROMISE', 'ASKED FOR', 'GOAL', '5 MIN', '1 HOUR', 'SINCE START', 'MEASURED'];
  const source = `Of the process at ${url}, which began at ${answer.startedAt.slice(0, 19)}Z; replicas have their own.`;
  return `${formatTable(head, rows)}\n\n${source}`;
}
