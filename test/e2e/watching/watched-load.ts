import { expect } from 'vitest';
import { oneMetric } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import type { Service } from '../../support/service';
import { until } from '../../support/until';

/** More requests at once than {@link WatchedLoad.rateLimitBurst} lets through. */
const hastyRequests = 130;

/** A heart rate of a minute that no other one has. */
function minute(n: number): object {
  const iso = new Date(Date.UTC(2024, 4, 1) + n * 60_000).toISOString();
  const date = `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
  return { date, Min: 50, Avg: 60 + (n % 40), Max: 120, source: 'Watch' };
}

/** A little of everything that a service is asked for, also what it refuses and gives up. */
export class WatchedLoad {
  /** With this as RATE_LIMIT_BURST one phone of two sends too much. */
  static readonly rateLimitBurst = 100;

  private minutes = 0;

  private constructor(
    private readonly service: Service,
    private readonly phone: Phone,
    private readonly hasty: Phone,
  ) {}

  /** Makes its users. */
  static async prepare(service: Service): Promise<WatchedLoad> {
    return new WatchedLoad(service, await service.newPhone(), await service.newPhone());
  }

  /** All of it once; what was sent before is not sent again. */
  async run(): Promise<void> {
    await this.ingest();
    await this.workLater();
    await this.ask();
    await this.beRefused();
  }

  private next(count: number): object {
    const from = this.minutes;
    this.minutes += count;
    const samples = Array.from({ length: count }, (_, n) => minute(from + n));
    return oneMetric('heart_rate', 'count/min', ...samples);
  }

  private async ingest(): Promise<void> {
    const sync = this.next(60);
    const hasBad = oneMetric('heart_rate', 'count/min', minute(0), { ...minute(1), date: 'yesterday' });
    for (const body of [sync, sync, this.next(1500), hasBad]) {
      expect((await this.phone.post(body)).status).toBe(200);
    }
  }

  /** One that is stored after the reply, and one that cannot be. */
  private async workLater(): Promise<void> {
    for (const [body, status] of [
      [this.next(60), 'stored'],
      ['{"data":', 'parked'],
    ] as const) {
      const answer = await this.phone.post(body, { prefer: 'respond-async' });
      expect(answer.status).toBe(202);
      await until(async () => {
        const sql = 'SELECT status FROM raw_ingestions WHERE id = $1';
        const [row] = await this.service.sql<{ status: string }>(sql, [answer.json.ingestionId]);
        return row?.status === status;
      });
    }
  }

  private async ask(): Promise<void> {
    const day = 'from=2024-05-01&to=2024-05-03';
    for (const path of [
      '/v1/metrics',
      `/v1/metrics/heart_rate?${day}`,
      `/v1/metrics/heart_rate?${day}&bucket=day`,
      `/v1/series?metrics=heart_rate&${day}&bucket=hour`,
      '/v1/summary?date=2024-05-01',
      '/v1/recent',
    ]) {
      // The second time from the cache.
      for (const _ of ['first', 'second']) expect((await this.phone.get(path)).status, path).toBe(200);
    }
    for (const path of ['/health', '/ready']) {
      expect((await sendRequest({ port: this.service.port, method: 'GET', path })).status).toBe(200);
    }
  }

  private async beRefused(): Promise<void> {
    const { port } = this.service;
    expect((await sendRequest({ port, method: 'GET', path: '/v1/metrics' })).status).toBe(401);
    const answers = await Promise.all(Array.from({ length: hastyRequests }, () => this.hasty.get('/v1/sources')));
    expect(answers.filter(({ status }) => status === 429)).not.toEqual([]);
  }
}
