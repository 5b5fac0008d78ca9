import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { surveyArchive } from '../../../src/ingest/archive/survey-archive';
import { ParseFault } from '../../../src/ingest/parse/parse-fault';
import { healthData, record } from '../../support/apple-export';
import { type ZipMember, zipFile } from '../../support/zip-file';
import { archiveRows, openFiles } from './archive-rows';

const document = healthData(record('StepCount', 1), record('HeartRate', 60, { unit: 'count/min', start: 60 }));
const clinical = {
  name: 'apple_health_export/export_cda.xml',
  content: `<ClinicalDocument>${'x'.repeat(100_000)}</ClinicalDocument>`,
};

async function faultOf(body: Buffer, maxBytes?: number): Promise<string> {
  try {
    await surveyArchive(await openFiles(body, maxBytes));
    return 'none';
  } catch (error) {
    if (error instanceof ParseFault) return error.code;
    throw error;
  }
}

describe('an archive', () => {
  test.each(['export.xml', 'exportar.xml', 'Exportación.xml', '导出.xml', 'Export.XML'])(
    'is read by its document, whatever its name: %s',
    async (name) => {
      const zip = await zipFile([clinical, { name: `apple_health_export/${name}`, content: document }]);
      expect(await archiveRows(zip)).toEqual(await archiveRows(document));
    },
  );

  test.each([
    ['ZIP64', true, false],
    ['stored members', false, true],
    ['stored members and ZIP64', true, true],
  ])('is read with %s', async (_, isZip64, isStored) => {
    const zip = await zipFile([clinical, { name: 'x/export.xml', content: document, isStored }], isZip64);
    expect(zip.includes(Buffer.from('PK\x06\x06'))).toBe(isZip64);
    expect(await archiveRows(zip)).toEqual(await archiveRows(document));
  });

  test('says the same as its document by itself', async () => {
    const values = fc.array(fc.tuple(fc.constantFrom('StepCount', 'HeartRate', 'Unknown'), fc.nat(300)), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(values, async (samples) => {
        const text = healthData(...samples.map(([type, value], i) => record(type, value, { start: i })));
        expect(await archiveRows(await zipFile([{ name: 'export.xml', content: text }]))).toEqual(
          await archiveRows(text),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('without an export inside is none', async () => {
    expect(await faultOf(await zipFile([clinical]))).toBe('not_an_export');
    expect(await faultOf(await zipFile([{ name: 'photo.jpg', content: 'x' }]))).toBe('not_an_export');
  });

  test('that is cut, garbled or no archive is malformed', async () => {
    const zip = await zipFile([{ name: 'export.xml', content: document }]);
    expect(await faultOf(Buffer.alloc(0))).toBe('zip_malformed');
    expect(await faultOf(Buffer.from(document))).toBe('zip_malformed');
    expect(await faultOf(zip.subarray(0, zip.length - 30))).toBe('zip_malformed');
    expect(await faultOf(zip.subarray(100))).toBe('zip_malformed');
  });

  test('whose document is not what its checksum says is malformed', async () => {
    const zip = await zipFile([{ name: 'export.xml', content: document, isStored: true }]);
    zip[zip.indexOf('value="60"') + 7] = 0x37;
    expect(await faultOf(zip)).toBe('zip_malformed');
  });

  test.each([
    ['names a directory beyond its end', 16, 0x7f_ff_ff_f0],
    ['names more members than it has', 8, 0xff_ff_ff_fe],
  ])('whose end record %s is malformed', async (_, offset, value) => {
    const zip = await zipFile([{ name: 'export.xml', content: document }]);
    // The end record: APPNOTE.TXT 4.3.16.
    zip.writeUInt32LE(value, zip.lastIndexOf('PK\x05\x06') + offset);
    expect(await faultOf(zip)).toBe('zip_malformed');
  });

  test('survives any byte being another one', async () => {
    const zip = await zipFile([{ name: 'export.xml', content: document }], true);
    const place = fc.nat(zip.length - 1);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(zip);
        for (const [at, byte] of changes) bytes[at] = byte;
        expect(['none', 'zip_malformed', 'zip_too_large', 'not_an_export', 'xml_malformed']).toContain(
          await faultOf(bytes),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('that inflates to more than may be is refused before it is inflated', async () => {
    const bomb = `${document.slice(0, -14)}${' '.repeat(5_000_000)}</HealthData>\n`;
    expect(await faultOf(await zipFile([{ name: 'export.xml', content: bomb }]), 1_000_000)).toBe('zip_too_large');
  });

  test('whose document is longer than its directory says is malformed', async () => {
    const zip = await zipFile([{ name: 'export.xml', content: document }]);
    // The length inflated, in the directory: 24 bytes into its entry (APPNOTE.TXT 4.3.12).
    zip.writeUInt32LE(100, zip.indexOf('PK\x01\x02') + 24);
    expect(await faultOf(zip)).toBe('zip_malformed');
  });

  test('with paths that lead out of it does no harm', async () => {
    const member = { name: 'aa/bb/export.xml', content: document };
    for (const path of ['../../export.xml', '/xx/xx/export.xm']) {
      const zip = await zipFile([member] satisfies ZipMember[]);
      const name = path.padEnd(member.name.length, 'x').slice(0, member.name.length);
      for (let at = zip.indexOf(member.name); at >= 0; at = zip.indexOf(member.name, at + 1)) zip.write(name, at);
      expect(['none', 'zip_malformed', 'not_an_export']).toContain(await faultOf(zip));
    }
  });
});
