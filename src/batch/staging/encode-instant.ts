import { numberWriterOf } from '../binary-values';

/** PostgreSQL's own values for the two ends of time. */
const infinity = 0x7fff_ffff_ffff_ffffn;
const minusInfinity = -0x8000_0000_0000_0000n;

/** An instant in ms since 1970 as a binary parameter of type timestamptz: exact to the microsecond in any year. */
export function encodeInstant(atMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  if (Number.isFinite(atMs))
    numberWriterOf('timestamptz').write(new DataView(bytes.buffer, bytes.byteOffset, 8), 0, atMs);
  else bytes.writeBigInt64BE(atMs > 0 ? infinity : minusInfinity);
  return bytes;
}
