import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const rate = (n: number, source?: unknown): unknown => ({
  date: secondOf(n),
  qty: 60,
  ...(source === undefined ? {} : { source }),
});

/** 437 characters of names of devices, as captured: many, joined by pipes. */
const pipeJoined = Array.from({ length: 20 }, (_, n) => `Anna’s Apple Watch ${n}`)
  .join('|')
  .padEnd(437, 'x')
  .slice(0, 437);

describe('a source is free text', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['plain', 'Apple Watch', 'Apple Watch'],
    ['empty', '', ''],
    ['missing', undefined, ''],
    ['null', null, ''],
    ['other alphabets', 'Часы 手表 🏃‍♀️', 'Часы 手表 🏃‍♀️'],
  ];
  test.each(cases)('%s', async (_name, source, kept) => {
    const phone = await service.newPhone();
    expect((await phone.post(oneMetric('heart_rate', 'bpm', rate(1, source)))).json).toMatchObject({ stored: 1 });
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toMatchObject([{ source: kept }]);
  });

  test('437 chars: the devices in any order are one source, and none of them is lost', async () => {
    const phone = await service.newPhone();
    const reversed = pipeJoined.split('|').reverse().join('|');
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', rate(1, pipeJoined), rate(1, reversed)));
    expect(json).toMatchObject({ received: 2, stored: 1, unchanged: 1 });
    const [row] = await storedRows(service, phone.userId, 'heart_rate_metrics');
    expect(row?.source.split('|').sort()).toEqual(pipeJoined.replaceAll('’', "'").split('|').sort());
  });

  test('NBSP and other blanks are the same source as plain ones', async () => {
    const phone = await service.newPhone();
    const sources = [
      'Anna’s Apple Watch',
      'Anna’s Apple\u00A0Watch',
      'Anna’s\u202FApple Watch',
      ' Anna’s Apple Watch ',
    ];
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', ...sources.map((source) => rate(1, source))));
    expect(json).toMatchObject({ received: 4, stored: 1, unchanged: 3 });
  });

  test('’ and the plain apostrophe are one source', async () => {
    const phone = await service.newPhone();
    const sources = ['Anna’s Apple Watch', "Anna's Apple Watch"];
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', ...sources.map((source) => rate(1, source))));
    expect(json).toMatchObject({ received: 2, stored: 1, unchanged: 1 });
    const [row] = await storedRows(service, phone.userId, 'heart_rate_metrics');
    expect(row?.source).toBe("Anna's Apple Watch");
  });

  test('é in one or two code points is one source', async () => {
    const phone = await service.newPhone();
    const sources = ['Andr\u00e9', 'Andre\u0301'];
    const { json } = await phone.post(oneMetric('heart_rate', 'bpm', ...sources.map((source) => rate(1, source))));
    expect(json).toMatchObject({ received: 2, stored: 1, unchanged: 1 });
  });

  test('object: its name, with the same name the same source', async () => {
    const phone = await service.newPhone();
    const object = { name: 'Apple Watch', bundleIdentifier: 'com.apple.health', productType: 'Watch6,1' };
    const body = oneMetric('heart_rate', 'bpm', rate(1, object), rate(1, 'Apple Watch'));
    expect((await phone.post(body)).json).toMatchObject({ received: 2, stored: 1, unchanged: 1 });
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toMatchObject([{ source: 'Apple Watch' }]);
  });

  test.each([[7], [true], [['a']], [{}], [{ name: 7 }]])(
    '%j in the place of a text loses no sample',
    async (source) => {
      const phone = await service.newPhone();
      const { status, json } = await phone.post(oneMetric('heart_rate', 'bpm', rate(1, source), rate(2, 'Watch')));
      expect(status).toBe(200);
      expect(json.received).toBe(2);
      expect(json.stored + json.rejected).toBe(2);
      expect(json.stored).toBeGreaterThan(0);
    },
  );
});

describe('a source that cannot be kept rejects its sample alone', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['NUL', 'Wat\0ch', 'text_invalid'],
    ['a lone high surrogate', 'Wat\ud83dch', 'text_invalid'],
    ['a lone low surrogate', 'Wat\ude00ch', 'text_invalid'],
    ['two surrogates the wrong way round', 'Wat\ude00\ud83dch', 'text_invalid'],
    ['100,000 characters', 'x'.repeat(100_000), 'text_too_long'],
  ];
  const shapes: readonly (readonly [string, object])[] = [
    ['heart_rate', { qty: 60 }],
    ['step_count', { qty: 60 }],
    ['moon_phase', { qty: 60 }],
    ['blood_pressure', { systolic: 120, diastolic: 80 }],
    ['sexual_activity', { Unspecified: 1 }],
    ['sleep_analysis', { startDate: secondOf(1), endDate: secondOf(2), value: 'Core' }],
    ['sleep_analysis', { totalSleep: 1, sleepStart: secondOf(1), sleepEnd: secondOf(3600) }],
  ];
  test.each(cases)('%s', async (_name, source, reason) => {
    const phone = await service.newPhone();
    const blocks = shapes.map(([name, values]) =>
      metric(
        name,
        undefined,
        ['A', source, 'B'].map((text) => ({ date: secondOf(1), ...values, source: text })),
      ),
    );
    const { status, json } = await phone.post(metricsBody(...blocks));
    expect(status).toBe(200);
    expect(json).toMatchObject({ received: 21, stored: 14, rejected: 7 });
    expect(json.rejections).toEqual(
      shapes.map(([name], n) => ({ path: `/data/metrics/${n}/data/1`, metric: name, reason })),
    );
  });
});
