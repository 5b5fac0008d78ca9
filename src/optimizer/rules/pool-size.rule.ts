import type { PoolUse } from '../../monitoring/process-figures';
import { advise } from '../advice';
import { numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

function isStarving({ borrows, waitedBorrows, waitMs }: PoolUse): boolean {
  const { poolBorrows, poolWaitedShare, poolWaitMs } = thresholds;
  return (
    borrows >= poolBorrows.value &&
    waitedBorrows >= borrows * poolWaitedShare.value &&
    waitMs / borrows >= poolWaitMs.value
  );
}

/**
 * Connections by Little's law: as many are in use on average as are asked for in a second, times the seconds that each
 * is used. Who waits would have used one too; a fifth more is for what comes in bursts.
 */
function neededConnections({ busiestDemand, maxConnections }: PoolUse): number {
  return Math.max(maxConnections + 1, Math.ceil(busiestDemand * 1.2));
}

/** A pool that requests wait for. */
export const poolSizeRule: Rule = {
  kind: 'pool_size',
  find({ processes, server }) {
    const starving = processes.flatMap(({ pool }) => (pool !== undefined && isStarving(pool) ? [pool] : []));
    const [pool] = starving.sort((a, b) => b.waitMs / b.borrows - a.waitMs / a.borrows);
    if (pool === undefined) return [];
    // Half of the server's connections: a roll-out runs twice as many processes for a while.
    const most = server === null ? Number.POSITIVE_INFINITY : Math.floor(server.maxConnections / 2);
    const needed = Math.min(neededConnections(pool), Math.max(most, pool.maxConnections));
    const canGrow = needed > pool.maxConnections;
    return [
      advise({
        kind: 'pool_size',
        subject: 'POOL_MAX',
        severity: 'warning',
        title: 'Requests wait for a connection to the database',
        seen: [
          `${shareText(pool.waitedBorrows / pool.borrows)} of ${numberText(pool.borrows)} waited, on average ${numberText(pool.waitMs / pool.borrows)} ms; each was used for ${numberText(pool.useMs / pool.borrows)} ms.`,
          `The busiest ten seconds asked for ${numberText(pool.busiestDemand)} connections at once; there are ${pool.maxConnections}.`,
        ],
        likelyGain: `Up to ${numberText(pool.waitMs / pool.borrows)} ms of each transaction.`,
        cost: 'Memory of PostgreSQL; beyond its cores more connections make each other slower (decision 014).',
        apply: canGrow
          ? { setting: 'POOL_MAX', value: `${needed}` }
          : { note: 'The server has no more connections to give: make the transactions shorter.' },
        undo: canGrow ? { setting: 'POOL_MAX', value: `${pool.maxConnections}` } : null,
        benchmark: 'pool',
      }),
    ];
  },
};
