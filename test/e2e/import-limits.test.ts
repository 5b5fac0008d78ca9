import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthData, record } from '../support/apple-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { countAllRows } from '../support/stored-rows';
import { untilDone } from '../support/until-done';
import { zipFile } from '../support/zip-file';

const limitBytes = 2 * 1024 * 1024;
const end = '</HealthData>\n';
const document = healthData(record('StepCount', 10), record('StepCount', 20, { start: 60 }));

let service: Service;
beforeAll(async () => {
  service = await startService({ MAX_IMPORT_BYTES: String(limitBytes) });
});
afterAll(() => service?.stop());

/** The document with blanks inside, so that it has this many bytes. */
function documentOf(bytes: number): string {
  const head = document.slice(0, document.lastIndexOf('</HealthData>'));
  return head + ' '.repeat(bytes - Buffer.byteLength(head) - end.length) + end;
}

function importOf(phone: Phone, body: string | Buffer, headers: Record<string, string>) {
  return phone.post(body, headers, '/v1/imports');
}

const xml = { 'content-type': 'application/xml' };

describe('a history as large as may be is taken, and one byte more is refused and leaves nothing', () => {
  const ways: readonly { how: string; pack: (text: string) => Buffer; headers: Record<string, string> }[] = [
    { how: 'plain', pack: (text) => Buffer.from(text), headers: {} },
    { how: 'gzip', pack: (text) => gzipSync(text), headers: { 'content-encoding': 'gzip' } },
    { how: 'br', pack: (text) => brotliCompressSync(text), headers: { 'content-encoding': 'br' } },
  ];
  test.each(ways)('$how', async ({ pack, headers }) => {
    const phone = await service.newPhone();
    const taken = await importOf(phone, pack(documentOf(limitBytes)), { ...xml, ...headers });
    expect(await untilDone(phone, taken.json.ingestionId)).toMatchObject({ status: 'stored', stored: 2 });
    const before = await countAllRows(service);
    const { status, json } = await importOf(phone, pack(documentOf(limitBytes + 1)), { ...xml, ...headers });
    expect({ status, code: json.code }).toEqual({ status: 413, code: 'body_too_large' });
    expect(await countAllRows(service)).toEqual(before);
  });
});

test('an archive whose document inflates to as much as may be is read, and with one byte more parked unread', async () => {
  const phone = await service.newPhone();
  const outcomeOf = async (bytes: number) => {
    const zip = await zipFile([{ name: 'apple_health_export/export.xml', content: documentOf(bytes) }]);
    const taken = await importOf(phone, zip, { 'content-type': 'application/zip' });
    expect(taken.status).toBe(202);
    return await untilDone(phone, taken.json.ingestionId);
  };
  expect(await outcomeOf(limitBytes + 1)).toMatchObject({ status: 'parked', errorCode: 'zip_too_large', metrics: {} });
  expect(await service.sql('SELECT FROM quantity_metrics WHERE user_id = $1', [phone.userId])).toEqual([]);
  expect(await outcomeOf(limitBytes)).toMatchObject({ status: 'stored', stored: 2 });
});
