import type { Fault } from './fault';
import { diskFaults } from './faults/disk.faults';
import { lockFaults } from './faults/locks.faults';
import { networkFaults } from './faults/network.faults';
import { partitionFaults } from './faults/partitions.faults';
import { postgresFaults } from './faults/postgres.faults';
import { redisFaults } from './faults/redis.faults';
import { serviceFaults } from './faults/service.faults';

/** All faults, in two acts that take about as long: each can have a stage of its own beside the other. */
export const acts: Readonly<Record<'PostgreSQL' | 'everything else', readonly Fault[]>> = {
  PostgreSQL: [...postgresFaults, ...networkFaults, ...diskFaults],
  'everything else': [...serviceFaults, ...redisFaults, ...lockFaults, ...partitionFaults],
};
