import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everythingCount, exportOfEverything } from '../../../support/export-of-everything';
import { metric, secondOf } from '../../../support/health-export';
import type { Phone } from '../../../support/phone';
import type { Service } from '../../../support/service';
import { askForExport, csvRows, exportScopes, linesOf, openExport, tableByFamily } from './open-export';

let service: Service;
let phone: Phone;

beforeAll(async () => {
  ({ service, phone } = await openExport());
  await phone.post(exportOfEverything());
});

afterAll(() => service?.stop());

test('several families are a zip of one CSV each, with the account', async () => {
  const { headers, bytes, trailers } = await askForExport(service, phone, '?format=csv');
  expect(headers).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': expect.stringMatching(/\.zip"$/),
  });
  const files = Object.entries(unzipSync(bytes)).map(([name, file]) => [name, Buffer.from(file).toString()] as const);
  expect(files.map(([name]) => name)).toEqual([
    ...Object.keys(tableByFamily).map((family) => `${family}.csv`),
    'account.json',
  ]);
  const account = JSON.parse(files.at(-1)?.[1] ?? '');
  expect(account.rows).toBe(everythingCount);
  for (const [name, text] of files.slice(0, -1)) {
    expect(csvRows(text)).toHaveLength(account.families[name.replace('.csv', '')]);
  }
  expect(trailers).toEqual({ 'x-export-rows': String(everythingCount) });
});

test('one family is a CSV whose cells are the fields of NDJSON', async () => {
  for (const family of Object.keys(tableByFamily)) {
    const { headers, bytes } = await askForExport(service, phone, `?format=csv&families=${family}`);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const lines = linesOf((await askForExport(service, phone, `?families=${family}`)).bytes).slice(1, -1);
    const rows = csvRows(bytes.toString());
    expect(rows).toHaveLength(lines.length);
    for (const [i, row] of rows.entries()) {
      for (const [name, cell] of Object.entries(row)) {
        const field = lines[i][name] ?? '';
        expect(`${name}: ${cell}`).toBe(`${name}: ${typeof field === 'object' ? JSON.stringify(field) : field}`);
      }
    }
  }
});

/** Texts with the cell that each must be. */
const cellByText: readonly (readonly [text: string, cell: string])[] = [
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@A1', "'@A1"],
  ['=cmd,"x"', `"'=cmd,""x"""`],
  ['a,b', '"a,b"'],
  ['say "hello"', '"say ""hello"""'],
  ['back\\slash', 'back\\slash'],
  ['\\N', '\\N'],
  ['日本 ☃', '日本 ☃'],
  ['plain', 'plain'],
];

test('texts cannot be formulas, numbers stay numbers, and every character comes back', async () => {
  const other = await service.newPhone({ scopes: exportScopes });
  const samples = cellByText.map(([source], i) => ({ date: secondOf(i), qty: -1.5, source }));
  const body = { data: { metrics: [metric('underwater_temperature', 'degC', samples)] } };
  expect((await other.post(body)).json).toMatchObject({ stored: samples.length });
  const csv = (await askForExport(service, other, '?format=csv&families=quantity')).bytes.toString();
  expect(csv.split('\r\n').slice(1, -1)).toEqual(
    cellByText.map(([, cell], i) => {
      const at = `2024-05-01T10:00:${String(i).padStart(2, '0')}Z`;
      return `underwater_temperature,degC,${at},-1.5,,,${cell},raw,,,0,`;
    }),
  );
  const lines = linesOf((await askForExport(service, other, '?families=quantity')).bytes).slice(1, -1);
  expect(lines.map(({ source }) => source)).toEqual(cellByText.map(([text]) => text));
});

test('a text that begins with a tab or a line break is harmless too', async () => {
  const other = await service.newPhone({ scopes: exportScopes });
  for (const [i, name] of ['\t=1', '\r\n=1', '＝1'].entries()) {
    await service.sql(
      `INSERT INTO health_events (user_id, id, kind, name, started_at, zone_offset_minutes, ingestion_seq)
       VALUES ($1, gen_random_uuid(), 'symptom', $2, $3, 0, 1)`,
      [other.userId, name, new Date(i)],
    );
  }
  const csv = (await askForExport(service, other, '?format=csv&families=event')).bytes.toString();
  expect(csvRows(csv).map(({ name }) => name)).toEqual(["'\t=1", "'\r\n=1", "'＝1"]);
});
