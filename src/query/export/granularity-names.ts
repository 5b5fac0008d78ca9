import { Granularity } from '../../catalogue/granularity';

const names: readonly string[] = Object.entries(Granularity)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => name);

/** The name of a granularity's code, as the API says it. */
export function granularityName(code: number): string {
  return names[code] ?? String(code);
}
