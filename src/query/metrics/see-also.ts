/** Addresses that have more of a metric than its numbers; absent for a metric that is numbers alone. */
export interface SeeAlso {
  readonly seeAlso?: readonly string[];
}

/** The part of an answer about a metric that says where else to look; to be spread into it. */
export function seeAlsoOf(metric: string): SeeAlso {
  // Nights and stages are no numbers of an instant: they have tables and routes of their own.
  return metric === 'sleep_analysis' ? { seeAlso: ['/v1/sleep/days', '/v1/sleep', '/v1/sleep/segments'] } : {};
}
