import type { MemoryUse } from '../../monitoring/process-figures';
import { advise } from '../advice';
import { bytesText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** A limit that the peak takes two thirds of, in whole 64 MiB. */
function roomyLimitBytes(peakBytes: number): number {
  const step = 64 * 1024 ** 2;
  return Math.ceil((peakBytes * 1.5) / step) * step;
}

function isNear(peakBytes: number, limitBytes: number | null): limitBytes is number {
  return limitBytes !== null && peakBytes >= limitBytes * thresholds.memoryShare.value;
}

function findNearLimit({ peakRssBytes, limitBytes, peakHeapBytes, heapLimitBytes }: MemoryUse) {
  const rss = isNear(peakRssBytes, limitBytes)
    ? [{ subject: 'container', peakBytes: peakRssBytes, limitBytes, remedy: 'the memory limit of the container' }]
    : [];
  const heap = isNear(peakHeapBytes, heapLimitBytes)
    ? [
        {
          subject: 'heap',
          peakBytes: peakHeapBytes,
          limitBytes: heapLimitBytes,
          remedy: 'NODE_OPTIONS=--max-old-space-size',
        },
      ]
    : [];
  return [...rss, ...heap];
}

/** A process whose peak of memory is close to where it is ended. */
export const memoryLimitRule: Rule = {
  kind: 'memory_limit',
  find({ processes }) {
    const near = processes.flatMap(({ memory }) => (memory === undefined ? [] : findNearLimit(memory)));
    const bySubject = new Map(near.map((found) => [found.subject, found]));
    return [...bySubject.values()].map(({ subject, peakBytes, limitBytes, remedy }) =>
      advise({
        kind: 'memory_limit',
        subject,
        severity: 'critical',
        title: `A process has taken ${shareText(peakBytes / limitBytes)} of its memory`,
        seen: [`${bytesText(peakBytes)} at its peak, of ${bytesText(limitBytes)}.`],
        likelyGain: 'It is not ended in the middle of its work.',
        cost: 'Memory that others cannot have.',
        apply: { note: `Raise ${remedy} to ${bytesText(roomyLimitBytes(peakBytes))}, or lower MAX_HELD_BODY_BYTES.` },
        undo: null,
      }),
    );
  },
};
