import { Readable, type Writable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { ExportAccount } from './export-account';
import type { ExportFamily } from './export-request';
import { feed } from './feed';

/** Fast enough to keep up with the database. */
const compressionLevel = 1;

/**
 * Writes a zip archive with one CSV a family and, at its end, `account.json` with the rows of each. Every file is made
 * while it is written, and nothing is held; what fails one file fails the archive.
 */
export function zipFamilies(
  output: Writable,
  families: readonly ExportFamily[],
  render: (families: readonly ExportFamily[]) => Readable,
  account: ExportAccount,
): void {
  const zip = new ZipFile();
  const opened: Readable[] = [];
  const add = (name: string, make: () => Readable): void =>
    zip.addReadStreamLazy(name, { compressionLevel }, (give) => {
      const stream = make();
      opened.push(stream);
      give(null, stream);
    });
  for (const family of families) add(`${family}.csv`, () => render([family]));
  // Made when its turn comes, so that all rows are counted.
  add('account.json', () => Readable.from([JSON.stringify(account)], { objectMode: false }));
  zip.on('error', (error: Error) => output.destroy(error));
  // The archive does not end the file that it is at when its reader is gone.
  output.once('close', () => {
    for (const stream of opened) stream.destroy();
  });
  feed(zip.outputStream as Readable, output);
  zip.end();
}
