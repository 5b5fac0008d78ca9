import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArchiveFiles } from '../../../src/ingest/archive/archive-files';
import { surveyArchive } from '../../../src/ingest/archive/survey-archive';
import { ZipReader } from '../../../src/ingest/archive/zip-reader';
import { ParseFault } from '../../../src/ingest/parse/parse-fault';
import { healthData, record } from '../../support/apple-export';
import { ecgCsv, gpx, routePath } from '../../support/apple-workout';
import { type ZipMember, zipFile } from '../../support/zip-file';
import { archiveRows, openFiles, rangesOf } from './archive-rows';

const mebibyte = 1024 * 1024;

const document = healthData(record('StepCount', 1), record('HeartRate', 60, { unit: 'count/min', start: 60 }));
const clinical = {
  name: 'apple_health_export/export_cda.xml',
  content: `<ClinicalDocument>${'x'.repeat(100_000)}</ClinicalDocument>`,
};

/** Everything that an archive has beside its document. */
async function beside(files: ArchiveFiles): Promise<unknown> {
  const ecgs: unknown[] = [];
  for await (const ecg of files.readEcgs()) ecgs.push(ecg);
  return { ecgs, route: await files.readRoute(routePath) };
}

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

  test('gives no byte of a member beyond what its directory says, however much it inflates to', async () => {
    const zip = await zipFile([{ name: 'export.xml', content: Buffer.alloc(16 * mebibyte) }]);
    zip.writeUInt32LE(100, zip.indexOf('PK\x01\x02') + 24);
    const reader = await ZipReader.open(rangesOf(zip));
    let bytes = 0;
    const readAll = async (): Promise<void> => {
      for (const member of reader.members)
        for await (const chunk of reader.read(member, Number.POSITIVE_INFINITY)) bytes += chunk.length;
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'zip_malformed' });
    expect(bytes).toBeLessThanOrEqual(100);
  });

  test('reads no route and no ECG that inflates to more than one has, and the rest as ever', async () => {
    const members = (route: string, csv: string): ZipMember[] => [
      { name: 'x/export.xml', content: document },
      { name: `x${routePath}`, content: route },
      { name: 'x/electrocardiograms/ecg.csv', content: csv },
    ];
    const usual = await openFiles(await zipFile(members(gpx, ecgCsv)));
    expect(await beside(usual)).toMatchObject({ ecgs: [{ samplingFrequency: 512 }], route: { length: 3 } });
    // In pieces: what is too long for the XML reader would not be read either.
    const longRoute = gpx.replace('</gpx>', `${`<a/>${' '.repeat(mebibyte / 16)}`.repeat(16 * 64)}</gpx>`);
    const longEcg = ecgCsv.replace('Anna', 'A'.repeat(16 * mebibyte));
    const bombs = await zipFile(members(longRoute, longEcg));
    expect(await beside(await openFiles(bombs))).toEqual({ ecgs: [null], route: null });
    expect(await archiveRows(bombs)).toMatchObject({ account: { stored: 2 } });
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
