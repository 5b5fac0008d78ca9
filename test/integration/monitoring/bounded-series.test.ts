import { register } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StatementSampler } from '../../../src/monitoring/statement-sampler';
import { metric, metricsBody, secondOf } from '../../support/health-export';
import { readMetrics } from '../../support/read-metrics';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';

/**
 * Three times what there is after this run. The names below made 2,500 more when addresses were let into a label.
 */
const mostSeries = 1000;

let service: Service;

beforeAll(async () => {
  // What other tests of this process left.
  register.resetMetrics();
  service = await startService();
  service.app.get(StatementSampler, { strict: false }).sample(120_000);
});

afterAll(() => service?.stop());

const hostile = ['x', '"}', '\\n', '{route="a"}', 'é', '🫀', '\u2028', 'a'.repeat(300), '__name__', 'le', '<x>'];

/** All series of the process. */
async function seriesNow(): Promise<string[]> {
  return [...(await readMetrics(service.port)).series];
}

/** Sends one round of names that were not seen before. */
async function sendHostileNames(round: number): Promise<void> {
  const phone = await service.newPhone();
  for (const [i, text] of hostile.entries()) {
    const name = `${text}${round}_${i}`;
    const samples = [
      { date: secondOf(i), qty: i, source: name },
      { date: name, qty: 1 },
      { date: secondOf(i), [name]: 1 },
    ];
    const body = metricsBody(metric(name, name, samples), metric('step_count', 'count', samples));
    Object.assign(body.data, { [name]: [{}] });
    const header = encodeURIComponent(name).slice(0, 200);
    const headers = { 'automation-name': header, 'automation-id': header, 'session-id': header, 'user-agent': header };
    expect((await phone.post(body, headers)).status).toBe(200);
    const path = encodeURIComponent(name);
    for (const url of [`/v1/metrics/${path}/samples`, `/v1/${path}`, `/${path}`, `/v1/summary/${path}?tz=${path}`]) {
      await phone.get(url);
      await sendRequest({ port: service.port, method: 'GET', path: url, headers: { 'x-api-key': header } });
    }
  }
}

test('names of routes, metrics, sources and automations that clients choose make no series', async () => {
  await sendHostileNames(1);
  // How the parts are is told from when somebody asked.
  await sendRequest({ port: service.port, method: 'GET', path: '/ready' });
  // An answer is counted when it is out, so the next one tells of it.
  await seriesNow();
  const first = await seriesNow();
  await sendHostileNames(2);
  await sendHostileNames(3);
  const last = await seriesNow();
  // What comes when it first happens: kinds of handles and of collections, and an answer of Redis that is late.
  const isOurs = (series: string) => !/nodejs_(active|gc)_|cache_errors_total/.test(series);
  expect(last.filter((series) => !first.includes(series)).filter(isOurs)).toEqual([]);
  expect(last.length).toBeLessThan(mostSeries);
  expect(last.filter((series) => /🫀|__name__|aaaa|\u2028|%22/.test(series))).toEqual([]);
});
