import { dirname, posix } from 'node:path';
import type { Entry } from 'yauzl';
import type { JsonObject } from '../../catalogue/json';
import { ParseFault } from '../parse/parse-fault';
import type { ArchiveFiles } from './archive-files';
import { readEcgCsv } from './ecg-csv';
import { GpxRoute } from './gpx-route';
import { type ByteRanges, ZipReader } from './zip-reader';

/** Of a document this much is looked at to see what it is; the DTD before its first tag has 12 KB. */
const lookedAtBytes = 64 * 1024;

/** XML members that are looked into, the largest first; an export has two. */
const maxCandidates = 8;

/** A route of a day at a point a second has 25 MB. */
const maxRouteBytes = 64 * 1024 * 1024;

/** An ECG of 30 seconds has 130 KB. */
const maxEcgBytes = 16 * 1024 * 1024;

function hasExtension({ fileName }: Entry, extension: string): boolean {
  return fileName.toLowerCase().endsWith(extension);
}

/** True when the document's first tag is that of an export of Apple Health; the clinical document has another one. */
function isHealthData(start: string): boolean {
  return /<(HealthData|ClinicalDocument)[\s>]/.exec(start)?.[1] === 'HealthData';
}

/**
 * An `export.zip` of Apple Health. Its document is known by what it is and not by its name, which is in the phone's
 * language: of the XML members that begin as one the largest.
 */
export class ZipArchive implements ArchiveFiles {
  private constructor(
    private readonly zip: ZipReader,
    private readonly ranges: ByteRanges,
    private readonly document: Entry,
    private readonly maxBytes: number,
    private readonly routes: ReadonlyMap<string, Entry>,
  ) {}

  /**
   * Finds the document; it may have at most `maxBytes` inflated.
   *
   * Errors: rejects with ParseFault `zip_malformed`, `zip_too_large`, or `not_an_export` when there is no document.
   */
  static async open(ranges: ByteRanges, maxBytes: number): Promise<ZipArchive> {
    const zip = await ZipReader.open(ranges);
    const candidates = zip.members
      .filter((member) => hasExtension(member, '.xml'))
      .sort((a, b) => b.uncompressedSize - a.uncompressedSize)
      .slice(0, maxCandidates);
    for (const candidate of candidates) {
      if (!isHealthData(await readStart(zip, candidate))) continue;
      const routes = new Map(
        zip.members.filter((member) => hasExtension(member, '.gpx')).map((gpx) => [gpx.fileName, gpx]),
      );
      return new ZipArchive(zip, ranges, candidate, maxBytes, routes);
    }
    throw new ParseFault('not_an_export', 'The archive has no export of Apple Health inside.');
  }

  openDocument(): AsyncIterable<Buffer> {
    return this.zip.read(this.document, this.maxBytes);
  }

  async readRoute(path: string): Promise<readonly JsonObject[] | null> {
    const member = this.routes.get(posix.join(dirname(this.document.fileName), path));
    if (member === undefined) return null;
    const route = new GpxRoute();
    try {
      for await (const chunk of this.zip.read(member, maxRouteBytes)) route.push(chunk);
      route.finish();
      return route.points;
    } catch (error) {
      if (error instanceof ParseFault) return null;
      throw error;
    }
  }

  async *readEcgs(): AsyncGenerator<JsonObject | null> {
    for (const member of this.zip.members) if (hasExtension(member, '.csv')) yield await this.readEcg(member);
  }

  bytesDone(documentBytes: number): number {
    const { uncompressedSize } = this.document;
    return uncompressedSize === 0 ? 0 : Math.floor((documentBytes / uncompressedSize) * this.ranges.size);
  }

  private async readEcg(member: Entry): Promise<JsonObject | null> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of this.zip.read(member, maxEcgBytes)) chunks.push(chunk);
      return readEcgCsv(Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      if (error instanceof ParseFault) return null;
      throw error;
    }
  }
}

async function readStart(zip: ZipReader, member: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of zip.read(member, Number.POSITIVE_INFINITY)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= lookedAtBytes) break;
  }
  return Buffer.concat(chunks).toString('latin1', 0, lookedAtBytes);
}
