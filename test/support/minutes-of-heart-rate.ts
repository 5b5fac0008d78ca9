import { metric } from './health-export';

/** The JSON of an export with so many heart rates, one a minute from May 2022 on: some 90 bytes each. */
export function minutesOfHeartRate(count: number): string {
  const samples = Array.from({ length: count }, (_, minute) => {
    const iso = new Date(Date.UTC(2022, 4, 1) + minute * 60_000).toISOString();
    const date = `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
    return { date, Min: 50, Avg: 60 + (minute % 40), Max: 120, source: 'Watch' };
  });
  return JSON.stringify({ data: { metrics: [metric('heart_rate', 'count/min', samples)] } });
}
