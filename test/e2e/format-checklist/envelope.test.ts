import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { countAllRows, storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const steps = (n: number, qty: unknown = n): unknown => ({ date: secondOf(n), qty, source: 'Watch' });
const stepsBlock = metric('step_count', 'count', [steps(1)]);
const counts = (stored: number, rejected = 0) => ({
  received: stored + rejected,
  stored,
  updated: 0,
  unchanged: 0,
  rejected,
});

describe('legal envelopes', () => {
  const empty = [
    ['{"data":{}}', '{"data":{}}'],
    ['{}', '{}'],
    ['data:[]', JSON.stringify(oneMetric('step_count', 'count'))],
    [
      'eight empty arrays',
      '{"data":{"metrics":[],"workouts":[],"stateOfMind":[],"medications":[],"symptoms":[],' +
        '"cycleTracking":[],"ecg":[],"heartRateNotifications":[]}}',
    ],
    ['null in the place of an array', '{"data":{"metrics":null,"workouts":null}}'],
    ['white space around and within', ' \r\n\t{ "data" :\n{ } }\n '],
  ] as const;
  test.each(empty)('%s is accepted, kept and empty', async (_name, text) => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(text);
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'stored', ...counts(0), rejections: [] });
    const kept = await service.sql(
      'SELECT id, status, sent_bytes::int AS bytes FROM raw_ingestions WHERE user_id = $1',
      [phone.userId],
    );
    expect(kept).toEqual([{ id: json.ingestionId, status: 'stored', bytes: text.length }]);
  });

  const accepted: readonly (readonly [string, unknown, number, number])[] = [
    ['root arrays without data', { metrics: [stepsBlock] }, 1, 0],
    ['root arrays beside data', { data: { metrics: [stepsBlock] }, symptoms: [] }, 1, 0],
    ['unknown top-level array', { data: { metrics: [stepsBlock], unheardOf: [1, {}, null] } }, 1, 3],
    ['unknown top-level array at the root', { metrics: [stepsBlock], unheardOf: [{}] }, 1, 1],
    [
      'unknown members that are not arrays',
      { version: 3, data: { metrics: [stepsBlock], page: { of: [1, 2] } } },
      1,
      0,
    ],
    ['metric without units', oneMetric('step_count', undefined, steps(1)), 1, 0],
    ['metric with units null', metricsBody({ name: 'step_count', units: null, data: [steps(1)] }), 1, 0],
    [
      'metric with its data before its name',
      metricsBody({ data: [steps(1)], units: 'count', name: 'step_count' }),
      1,
      0,
    ],
    ['metric with unknown members', metricsBody({ ...stepsBlock, note: { a: [1] }, data: [steps(1)] }), 1, 0],
    ['display-name metric', oneMetric('Weight & Body Mass', 'kg', steps(1, 80)), 1, 0],
    ['null points', oneMetric('step_count', 'count', null, steps(1), null), 1, 2],
    ['two blocks same metric', metricsBody(stepsBlock, metric('step_count', 'count', [steps(2), steps(3)])), 3, 0],
    ['wrong types within metrics', { data: { metrics: [7, 'x', null, [], stepsBlock] } }, 1, 4],
    ['wrong types (data of a metric: "x")', metricsBody(metric('step_count', 'count', 'x'), stepsBlock), 1, 1],
  ];
  test.each(accepted)('%s is accepted', async (_name, body, stored, rejected) => {
    const phone = await service.newPhone();
    const { status, json } = await phone.post(body);
    expect(status).toBe(200);
    expect(json).toMatchObject(counts(stored, rejected));
    expect(json.rejections).toHaveLength(rejected);
    expect(await storedRows(service, phone.userId, 'quantity_metrics')).toHaveLength(stored);
  });

  test('two blocks same metric have one line in the account, and paths of their own', async () => {
    const phone = await service.newPhone();
    const blocks = [metric('step_count', 'count', [steps(1), null]), metric('step_count', 'count', [null, steps(2)])];
    const { json } = await phone.post(metricsBody(...blocks));
    expect(json.metrics).toEqual({ step_count: counts(2, 2) });
    expect(json.rejections.map(({ path }) => path)).toEqual(['/data/metrics/0/data/1', '/data/metrics/1/data/0']);
  });

  test('root arrays have paths without data', async () => {
    const phone = await service.newPhone();
    const { json } = await phone.post({ metrics: [metric('step_count', 'count', [null])], unheardOf: [1] });
    expect(json.rejections).toEqual([
      { path: '/metrics/0/data/0', metric: 'step_count', reason: 'not_an_object' },
      { path: '/unheardOf/0', metric: 'unheardOf', reason: 'unknown_kind' },
    ]);
  });

  const spellings = [
    ['BOM', `\uFEFF${JSON.stringify(metricsBody(stepsBlock))}`],
    ['\\/', JSON.stringify(oneMetric('heart_rate', 'count/min', steps(1, 70))).replaceAll('/', '\\/')],
    ['escapes in keys', JSON.stringify(metricsBody(stepsBlock)).replace('"metrics"', '"m\\u0065trics"')],
    ['duplicate keys, the last wins', JSON.stringify(metricsBody(stepsBlock)).replace('"qty":', '"qty":"x","qty":')],
  ] as const;
  test.each(spellings)('%s is accepted', async (_name, text) => {
    const phone = await service.newPhone();
    expect((await phone.post(text)).json).toMatchObject(counts(1));
  });

  test('\\/ in units is the same unit', async () => {
    const phone = await service.newPhone();
    const text = JSON.stringify(oneMetric('heart_rate', 'count/min', steps(1, 70))).replaceAll('/', '\\/');
    await phone.post(text);
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toMatchObject([{ value: 70 }]);
  });

  test('duplicate keys of whole arrays: the last one is the array, as in every reader of JSON', async () => {
    const phone = await service.newPhone();
    const blocks = [stepsBlock, metric('step_count', 'count', [steps(2), steps(3)])].map((it) => JSON.stringify(it));
    const { json } = await phone.post(`{"data":{"metrics":[${blocks[0]}],"metrics":[${blocks[1]}]}}`);
    expect(json).toMatchObject(counts(2));
    expect(await storedRows(service, phone.userId, 'quantity_metrics')).toMatchObject([{ value: 2 }, { value: 3 }]);
  });

  test('an array at the root and the same one in data both count', async () => {
    const phone = await service.newPhone();
    const body = { metrics: [stepsBlock], data: { metrics: [metric('step_count', 'count', [steps(2), null])] } };
    expect((await phone.post(body)).json).toMatchObject(counts(2, 1));
  });
});

describe('what is not an export', () => {
  const valid = JSON.stringify(metricsBody(stepsBlock));
  const refused: readonly (readonly [string, string | Buffer, string])[] = [
    ['wrong types (metrics: "x")', '{"data":{"metrics":"x"}}', 'not_an_export'],
    ['wrong types (metrics: {})', '{"data":{"metrics":{}}}', 'not_an_export'],
    ['wrong types (workouts: 7)', '{"data":{"workouts":7}}', 'not_an_export'],
    ['wrong types (data: "x")', '{"data":"x"}', 'not_an_export'],
    ['wrong types (data: [])', '{"data":[]}', 'not_an_export'],
    ['an array', '[]', 'not_an_export'],
    ['a text', '"x"', 'not_an_export'],
    ['a number', '7', 'not_an_export'],
    ['null', 'null', 'not_an_export'],
    ['NaN token', valid.replace('"qty":1', '"qty":NaN'), 'json_malformed'],
    ['Infinity token', valid.replace('"qty":1', '"qty":Infinity'), 'json_malformed'],
    ['-Infinity token', valid.replace('"qty":1', '"qty":-Infinity'), 'json_malformed'],
    [
      'depth bomb in a sample',
      valid.replace('"qty":1', `"qty":${'['.repeat(10_000)}${']'.repeat(10_000)}`),
      'json_too_deep',
    ],
    ['depth bomb of arrays', '['.repeat(10_000) + ']'.repeat(10_000), 'json_too_deep'],
    ['depth bomb of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'json_too_deep'],
    ['depth bomb that never ends', '{"data":{"metrics":[{"x":'.padEnd(200_000, '['), 'json_too_deep'],
    ['truncated', valid.slice(0, -10), 'json_malformed'],
    ['truncated within a sample', valid.slice(0, valid.indexOf('"qty"') + 3), 'json_malformed'],
    ['followed by more', `${valid}${valid}`, 'json_malformed'],
    ['0-byte', '', 'json_malformed'],
    ['white space only', ' \n', 'json_malformed'],
    ['BOM only', '\uFEFF', 'json_malformed'],
    ['UTF-8 broken', Buffer.from(valid.replace('Watch', 'Wat\xe9ch'), 'latin1'), 'encoding_broken'],
    ['UTF-8 broken outside of texts', Buffer.concat([Buffer.from(valid), Buffer.from([0xff])]), 'encoding_broken'],
    ['UTF-8 of a lone surrogate', Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'), 'encoding_broken'],
    ['not JSON', 'hello', 'json_malformed'],
    ['a control character in a text', valid.replace('Watch', 'Wat\nch'), 'json_malformed'],
    ['a comma too many', valid.replace('}]', '},]'), 'json_malformed'],
  ];
  test.each(refused)('%s is refused and nothing is written', async (_name, body, code) => {
    const phone = await service.newPhone();
    const before = await countAllRows(service);
    const { status, json, headers } = await phone.post(body);
    expect({ status, code: json.code }).toEqual({ status: 400, code });
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await countAllRows(service)).toEqual(before);
  });
});
