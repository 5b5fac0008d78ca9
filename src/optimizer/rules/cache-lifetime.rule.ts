import type { CacheUse } from '../../monitoring/process-figures';
import { advise } from '../advice';
import { numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** The time after which nearly all that is asked for again has been; null where it would not help. */
function betterLifetimeS({ hits, misses, expiredMisses, timeToLiveS, reuseP95S }: CacheUse): number | null {
  const { cacheLookups, cacheHitRate, cacheExpiredShare } = thresholds;
  const lookups = hits + misses;
  if (lookups < cacheLookups.value || hits >= lookups * cacheHitRate.value) return null;
  if (reuseP95S === null || expiredMisses < misses * cacheExpiredShare.value) return null;
  return reuseP95S > timeToLiveS ? Math.ceil(reuseP95S / 60) * 60 : null;
}

/** Cached answers that end before they are asked for again. */
export const cacheLifetimeRule: Rule = {
  kind: 'cache_lifetime',
  find({ processes }) {
    const byKind = new Map(processes.flatMap(({ caches }) => caches ?? []).map((use) => [use.kind, use]));
    return [...byKind.values()].flatMap((use) => {
      const betterS = betterLifetimeS(use);
      if (betterS === null) return [];
      const { kind, hits, misses, expiredMisses, timeToLiveS, reuseP95S } = use;
      return [
        advise({
          kind: 'cache_lifetime',
          subject: kind,
          severity: 'info',
          title: `Cached answers of the kind ${kind} end before they are asked for again`,
          seen: [
            `${shareText(hits / (hits + misses))} of ${numberText(hits + misses)} look-ups found something; ${numberText(expiredMisses)} of ${numberText(misses)} misses had ended.`,
            `They are kept for ${numberText(timeToLiveS)} s; 95 of 100 are asked for again within ${numberText(reuseP95S ?? 0)} s.`,
          ],
          likelyGain: `Up to ${shareText(expiredMisses / (hits + misses))} of the look-ups more are found.`,
          cost: 'Memory of Redis for entries that are not asked for again.',
          apply: { note: `Keep ${kind} for ${betterS} s (src/cache).` },
          undo: { note: `Keep ${kind} for ${timeToLiveS} s.` },
        }),
      ];
    });
  },
};
