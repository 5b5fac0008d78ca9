import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import { type Service, startService } from '../support/service';
import { countAllRows } from '../support/stored-rows';
import { untilDone } from '../support/until-done';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const everything = JSON.stringify(exportOfEverything());
const async = { prefer: 'respond-async, wait=5' };

test.each([
  ['plain', Buffer.from(everything), {}],
  ['gzip', gzipSync(everything), { 'content-encoding': 'gzip' }],
])(
  'a small body whose sender does not want to wait, %s: 202, then the account of one that did',
  async (_name, bytes, headers) => {
    const [patient, hasty] = [await service.newPhone(), await service.newPhone()];
    const waited = await patient.post(bytes, headers);
    const taken = await hasty.post(bytes, { ...headers, ...async });
    expect([waited.status, taken.status]).toEqual([200, 202]);
    expect(taken.headers).toMatchObject({
      'preference-applied': 'respond-async',
      location: `/v1/ingestions/${taken.json.ingestionId}`,
      'retry-after': '1',
    });
    const done = await untilDone(hasty, taken.json.ingestionId);
    expect({ status: done.status, metrics: done.metrics, rejections: done.rejections }).toEqual({
      status: 'stored',
      metrics: waited.json.metrics,
      rejections: waited.json.rejections,
    });
    // Whoever did not ask is not told, and left no work behind.
    expect(waited.headers['preference-applied']).toBeUndefined();
    const rows = await service.sql('SELECT piece_count FROM raw_ingestions WHERE user_id = $1', [patient.userId]);
    expect(rows).toEqual([{ piece_count: 0 }]);
  },
);

test('what headers alone tell to be wrong is refused all the same, and nothing of it is kept', async () => {
  const phone = await service.newPhone();
  const before = await countAllRows(service);
  const refused = [
    await phone.post('a,b', { ...async, 'content-type': 'text/csv' }),
    await phone.post(Buffer.from('no gzip'), { ...async, 'content-encoding': 'gzip' }),
    await phone.post(gzipSync(everything).subarray(0, 700), { ...async, 'content-encoding': 'gzip' }),
    await phone.post('', async),
  ];
  expect(refused.map(({ status, json }) => [status, json.code])).toEqual([
    [415, 'csv_not_supported'],
    [400, 'encoding_broken'],
    [400, 'body_truncated'],
    [400, 'json_malformed'],
  ]);
  expect(await countAllRows(service)).toEqual(before);
});

test('what an ingestion says of its work is for its own user', async () => {
  const [mine, other] = [await service.newPhone(), await service.newPhone()];
  const { ingestionId } = (await mine.post(everything, async)).json;
  expect((await other.get(`/v1/ingestions/${ingestionId}`)).status).toBe(404);
  expect((await other.get<{ ingestions: unknown[] }>('/v1/ingestions')).json.ingestions).toEqual([]);
  await untilDone(mine, ingestionId);
});
