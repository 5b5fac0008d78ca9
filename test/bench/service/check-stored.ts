import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { AcknowledgedSums } from '../load/run-load';
import type { BenchServers } from './bench-servers';

/** Bodies whose bytes are inflated and compared with their hash. */
const comparedBodies = 50;

const totalsSql = `
SELECT (SELECT count(*)::float8 FROM heart_rate_metrics) AS rows, count(*)::float8 AS requests,
       coalesce(sum(sent_bytes), 0)::float8 AS "sentBytes", coalesce(sum(body_bytes), 0)::float8 AS "bodyBytes"
  FROM raw_ingestions WHERE status = 'stored'`;

const bodiesSql = `
SELECT i.sha256, i.kept_encoding, i.body_bytes::float8 AS body_bytes,
       coalesce(i.body, (SELECT string_agg(p.bytes, ''::bytea ORDER BY p.piece) FROM raw_ingestion_pieces p
         WHERE p.user_id = i.user_id AND p.received_at = i.received_at AND p.ingestion_id = i.id)) AS bytes
  FROM raw_ingestions i WHERE status = 'stored' ORDER BY md5(id::text) LIMIT $1`;

function inflate(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'br') return brotliDecompressSync(bytes);
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}

/**
 * Counts what the database holds: rows, requests and bytes must be those that were acknowledged, and no fewer. Inflates
 * the bytes of some bodies and compares them with their length and hash.
 *
 * Only requests that were never answered may be there beyond the account.
 * Errors: rejects with a sentence for the first difference. Returns one line for people.
 */
export async function checkStored(servers: BenchServers, { total, unknown }: AcknowledgedSums): Promise<string> {
  const client = await servers.connect('owner');
  try {
    const found = (await client.query(totalsSql)).rows[0] as Record<string, number>;
    const expected = { rows: total.stored, ...total } as Record<string, number>;
    for (const what of ['rows', 'requests', 'sentBytes', 'bodyBytes']) {
      const [inDatabase = 0, acknowledged = 0] = [found[what], expected[what]];
      if (inDatabase < acknowledged || (unknown === 0 && inDatabase !== acknowledged)) {
        throw new Error(`${acknowledged} ${what} were acknowledged, the database holds ${inDatabase}`);
      }
    }
    const { received, stored, updated, unchanged, rejected } = total;
    if (received !== stored + updated + unchanged + rejected) throw new Error('the accounts do not add up');
    const { rows: bodies } = await client.query(bodiesSql, [comparedBodies]);
    for (const { sha256, kept_encoding, body_bytes, bytes } of bodies) {
      // The hash is of the bytes as they were sent, which a compressed body is kept as.
      const body = inflate(bytes, kept_encoding);
      const digests = [bytes, body].map((buffer) => createHash('sha256').update(buffer).digest());
      if (body.length !== body_bytes || !digests.some((digest) => digest.equals(sha256))) {
        throw new Error('a body that was acknowledged is not kept byte for byte');
      }
    }
    return `found again: ${found['rows']} rows, ${found['requests']} bodies with ${found['bodyBytes']} bytes; ${bodies.length} bodies inflated and compared`;
  } finally {
    await client.end();
  }
}
