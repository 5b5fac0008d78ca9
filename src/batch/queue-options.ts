/** Prefix of all keys of our queues. The braces keep a queue's keys on one node of a Redis Cluster. */
export const queuePrefix = '{health-export}';

/**
 * BullMQ does not ask Redis for its version, which it does on several connections and with promises that nobody awaits:
 * one that is ended meanwhile would be an unhandled rejection and end the process.
 */
export const skipVersionCheck = true;
