/** A metric object of an export; without `units` when that is undefined. */
export function metric(name: string, units: string | undefined, data: unknown): Record<string, unknown> {
  return { name, ...(units === undefined ? {} : { units }), data };
}

/** An export with these metrics. */
export function metricsBody(...metrics: readonly unknown[]): { data: { metrics: readonly unknown[] } } {
  return { data: { metrics } };
}

/** An export with one metric. */
export function oneMetric(
  name: string,
  units: string | undefined,
  ...points: readonly unknown[]
): { data: { metrics: readonly unknown[] } } {
  return metricsBody(metric(name, units, points));
}

/** An export with one of the other arrays. */
export function oneArray(name: string, ...elements: readonly unknown[]): { data: Record<string, readonly unknown[]> } {
  return { data: { [name]: elements } };
}

/** The date of the n-th second after a fixed full hour, as the app writes it. */
export function secondOf(n: number): string {
  const iso = new Date(Date.UTC(2024, 4, 1, 10) + n * 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
}
