/** What a process told of itself at one moment. */
export class Metrics {
  constructor(readonly text: string) {}

  /** The value of a series, without our prefix and with its labels as they are written; NaN when it is not there. */
  value(series: string): number {
    const start = `health_export_${series} `;
    const line = this.text.split('\n').find((candidate) => candidate.startsWith(start));
    return Number(line?.slice(start.length) ?? Number.NaN);
  }

  /** All series, as they are written. */
  get series(): readonly string[] {
    return this.text
      .split('\n')
      .flatMap((line) => (line === '' || line.startsWith('#') ? [] : line.replace(/ \S+$/, '')));
  }
}

/** Asks a process for its metrics, as Prometheus does. */
export async function readMetrics(port: number): Promise<Metrics> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
  return new Metrics(await answer.text());
}
