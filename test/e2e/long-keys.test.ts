import { afterAll, beforeAll, expect, test } from 'vitest';
import { metric, metricsBody } from '../support/health-export';
import { type Service, startService } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** Characters of three bytes in an order that does not compress. */
function anyIdeographs(count: number, seed: number): string {
  let state = seed;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >> 8;
  };
  return Array.from({ length: count }, () => String.fromCharCode(0x4e00 + (next() % 20_000))).join('');
}

/** Letters between which a word is parted, so that it grows. */
function anyParts(count: number): string {
  const letters = [...anyIdeographs(count, 5)].map((unit) => String.fromCharCode(0x1e00 + (unit.charCodeAt(0) % 248)));
  return letters.map((letter, n) => (n % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase())).join('');
}

const sources = ['\u0001'.repeat(1000), '"'.repeat(1000), anyIdeographs(333, 1)];
const stages = ['\u0001'.repeat(500), anyIdeographs(333, 2), anyIdeographs(500, 3), anyParts(500)];

interface AnyPage {
  readonly nextCursor: string | null;
}

test('the longest sources and stages are stored or rejected, and what is stored is paged through', async () => {
  const phone = await service.newPhone();
  const day = (n: number): string => `2024-05-01 1${n}:00:00 +0000`;
  const rates = sources.map((source, n) => ({ date: day(n), qty: 60, source }));
  const segments = sources.flatMap((source, n) =>
    stages.map((value) => ({ startDate: day(n), endDate: day(n + 1), value, source })),
  );
  const body = metricsBody(metric('heart_rate', 'bpm', rates), metric('sleep_analysis', 'hr', segments));
  const { status, json } = await phone.post(body);
  expect({ status, received: json.received }).toEqual({ status: 200, received: 15 });
  expect(new Set(json.rejections.map(({ reason }) => reason))).toEqual(new Set(['text_too_long']));
  let pages = 0;
  for (const path of ['/v1/metrics/heart_rate', '/v1/sleep/segments']) {
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const page: { status: number; json: AnyPage } = await phone.get<AnyPage>(`${path}?limit=1${cursor}`);
      expect(page.status).toBe(200);
      cursor = page.json.nextCursor === null ? null : `&cursor=${page.json.nextCursor}`;
    }
  }
  expect(pages).toBe(json.stored);
});
