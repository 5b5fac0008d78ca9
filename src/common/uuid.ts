import { createHash, randomFillSync } from 'node:crypto';

/** Random bytes are drawn for many ids at once: a call costs as much for 4 KiB as for 16 bytes. */
const pool = Buffer.allocUnsafe(4096);
let usedBytes = pool.length;

function randomUuidBytes(): Buffer {
  if (usedBytes === pool.length) {
    randomFillSync(pool);
    usedBytes = 0;
  }
  usedBytes += 16;
  return pool.subarray(usedBytes - 16, usedBytes);
}

/** Canonical 8-4-4-4-12 text of 16 bytes. */
function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A UUIDv7 (RFC 9562) whose time is `atMs`, so that the id alone finds the row's partition. */
export function uuidV7(atMs: number): string {
  const bytes = randomUuidBytes();
  bytes.writeUIntBE(atMs, 0, 6);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** The time in a UUIDv7, in ms since 1970; null when the text is not a UUIDv7. */
export function uuidV7TimeMs(uuid: string): number | null {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(uuid)) return null;
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The namespace of our UUIDv5 ids: a constant random UUID, made once for this project. */
const namespace = Buffer.from('8d0f4a6c2b7e4f53a1c95e7d3b1f6c20', 'hex');

/** The UUIDv5 of a natural key; the same parts give the same id, wherever and whenever it is computed. */
export function uuidV5(...parts: readonly (string | number | null)[]): string {
  const bytes = createHash('sha1').update(namespace).update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** True for any UUID in canonical text form. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
