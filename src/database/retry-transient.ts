import { setTimeout as delay } from 'node:timers/promises';
import { classifyFault } from './sqlstate';

/** A lost race is run again this often: with one lock order for all writers a second loss is rare already. */
const maxAttempts = 3;

/** Runs a whole transaction again when it lost a race (deadlock, serialization), after a short random pause. */
export async function retryTransient<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= maxAttempts || classifyFault(error) !== 'transient') throw error;
      await delay(Math.random() * 20 * attempt);
    }
  }
}
