import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

/** With zlib's 16 KiB a large body costs four times as many turns of the event loop. */
const options = { chunkSize: 64 * 1024 };

/** The inflated bytes of a stream; a fault of either is a fault of the result, and ending the result ends the source. */
export function inflate(bytes: Readable, encoding: string): Readable {
  if (encoding === 'identity') return bytes;
  const inflated = encoding === 'br' ? createBrotliDecompress(options) : createGunzip(options);
  // The fault is the stream's own; whoever reads it hears of it there.
  return pipeline(bytes, inflated, () => undefined);
}
