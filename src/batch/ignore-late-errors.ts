import type { EventEmitter } from 'node:events';
import type { Queue, Worker } from 'bullmq';

/**
 * Takes in what the connections of a closed queue or worker still have to say.
 *
 * A connection that never became ready (Redis absent, frozen or killed at the wrong moment) fails when it is ended.
 * BullMQ reports that to listeners which it has just removed itself: an unhandled rejection, which would end the process
 * in the middle of its stop.
 */
export function ignoreLateErrors(closed: Queue | Worker): void {
  const { connection, blockingConnection } = closed as unknown as {
    connection: EventEmitter;
    blockingConnection?: EventEmitter;
  };
  for (const emitter of [connection, blockingConnection]) emitter?.on('error', () => undefined);
}
