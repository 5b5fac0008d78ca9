import { PassThrough, pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { ParseFault } from '../parse/parse-fault';

/** Bytes that can be read in any order. */
export interface ByteRanges {
  readonly size: number;
  /** The bytes from `start` to before `end`, which are there. */
  read(start: number, end: number): Promise<Buffer>;
}

/** Bytes of a member that are read at once. */
const rangeBytes = 256 * 1024;

/** Members of an archive; one of twenty years with a route a day has 8,000. */
const maxMembers = 200_000;

/** Chunks of 128 KiB: with zlib's 16 KiB a large member costs eight times as many turns of the event loop. */
const inflateOptions = { chunkSize: 128 * 1024 };

/** APPNOTE.TXT 4.4.5 */
const stored = 0;
const deflated = 8;

class RangeReader extends RandomAccessReader {
  constructor(private readonly ranges: ByteRanges) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.ranges.read(position, position + length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }

  /** Asked for by nobody: members are read by {@link ZipReader.read}. */
  override _readStreamForRange(): Readable {
    return new PassThrough();
  }
}

function malformed(): ParseFault {
  return new ParseFault('zip_malformed', 'The archive is not a ZIP file that can be read.');
}

/** Keeps what the reading of bytes fails with, and says of every other fault that the archive is malformed. */
class ZipFaults {
  private readFault: unknown;

  watch(ranges: ByteRanges): ByteRanges {
    return {
      size: ranges.size,
      read: async (start, end) => {
        // A place that the archive itself names, and which it does not have.
        if (start < 0 || end > ranges.size || start > end) throw malformed();
        try {
          return await ranges.read(start, end);
        } catch (error) {
          this.readFault = error;
          throw error;
        }
      },
    };
  }

  of(error: unknown): unknown {
    return this.readFault ?? (error instanceof ParseFault ? error : malformed());
  }
}

/** A ZIP archive that is read member by member, with ZIP64 and without anything being unpacked to disk. */
export class ZipReader {
  private constructor(
    private readonly file: ZipFile,
    private readonly ranges: ByteRanges,
    private readonly faults: ZipFaults,
    readonly members: readonly Entry[],
  ) {}

  /** Reads the directory. Errors: rejects with ParseFault for what is no ZIP file, or has too many members. */
  static async open(ranges: ByteRanges): Promise<ZipReader> {
    const faults = new ZipFaults();
    const watched = faults.watch(ranges);
    try {
      const options = { lazyEntries: true, autoClose: false, strictFileNames: false };
      const file = await fromRandomAccessReaderPromise(new RangeReader(watched), ranges.size, options);
      if (file.entryCount > maxMembers)
        throw new ParseFault('zip_too_large', `The archive has more than ${maxMembers} members.`);
      const members: Entry[] = [];
      for await (const entry of file.eachEntry()) members.push(entry);
      return new ZipReader(file, watched, faults, members);
    } catch (error) {
      throw faults.of(error);
    }
  }

  /**
   * The bytes of a member, checked against the length and the checksum that the directory has for it.
   *
   * Errors: rejects with ParseFault for a member that is encrypted, cut, broken, or larger than `maxBytes`.
   */
  async *read(member: Entry, maxBytes: number): AsyncGenerator<Buffer> {
    const method = member.compressionMethod;
    const isReadable = !member.isEncrypted() && (method === stored || method === deflated);
    if (!isReadable) throw malformed();
    if (member.uncompressedSize > maxBytes) throw tooLarge(maxBytes);
    let size = 0;
    let checksum = 0;
    try {
      for await (const chunk of await this.openBytes(member)) {
        size += chunk.length;
        if (size > member.uncompressedSize) throw malformed();
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw this.faults.of(error);
    }
    if (size !== member.uncompressedSize || checksum !== member.crc32) throw malformed();
  }

  private async openBytes(member: Entry): Promise<AsyncIterable<Buffer>> {
    const { fileDataStart } = await this.file.readLocalFileHeaderPromise(member, { minimal: true });
    const end = fileDataStart + member.compressedSize;
    if (end > this.ranges.size) throw malformed();
    const { ranges } = this;
    const compressed = async function* (): AsyncGenerator<Buffer> {
      for (let at = fileDataStart; at < end; at += rangeBytes)
        yield await ranges.read(at, Math.min(at + rangeBytes, end));
    };
    return member.compressionMethod === stored ? compressed() : inflateRaw(compressed());
  }
}

function tooLarge(maxBytes: number): ParseFault {
  return new ParseFault(
    'zip_too_large',
    `A member of the archive has more than ${maxBytes} bytes when it is inflated.`,
  );
}

function inflateRaw(bytes: AsyncIterable<Buffer>): Readable {
  // A fault of either is a fault of the result; whoever reads it hears of it there.
  return pipeline(Readable.from(bytes, { objectMode: false }), createInflateRaw(inflateOptions), () => undefined);
}
