import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnBatch } from '../../../src/batch/column-batch';
import { encodeCopyBinary, encodeCopyText, heartRateColumns, writtenColumns } from './copy-encoders';
import { elapsedMs, timed, type WriteBatchOnce } from './write-way';

/** Rows of one statement: the old specification's way. */
const valuesRows = 8000;

async function sendCopy(client: Client, bytes: Buffer, format: 'text' | 'binary'): Promise<void> {
  const stream = client.query(copyFrom(`COPY heart_rate_metrics (${writtenColumns}) FROM STDIN (FORMAT ${format})`));
  await new Promise<void>((resolve, reject) => {
    stream.on('finish', resolve).on('error', reject);
    stream.end(bytes);
  });
}

/** `COPY` text, a transaction of its own. */
export const copyText: WriteBatchOnce = async (client, userId, batch) => {
  const { ms: encodeMs, result } = timed(() => encodeCopyText(userId, batch));
  return { encodeMs, serverMs: await elapsedMs(() => sendCopy(client, result, 'text')) };
};

/** `COPY` binary, a transaction of its own. */
export const copyBinary: WriteBatchOnce = async (client, userId, batch) => {
  const { ms: encodeMs, result } = timed(() => encodeCopyBinary(userId, batch));
  return { encodeMs, serverMs: await elapsedMs(() => sendCopy(client, result, 'binary')) };
};

function valuesStatement(userId: string, batch: ColumnBatch, start: number): { text: string; values: unknown[] } {
  const { recordedAt, source, value, min, max } = heartRateColumns(batch);
  // 65,535 parameters are the limit of the protocol: the user and the constants are shared, five are a row's own.
  const values: unknown[] = [userId];
  const rows: string[] = [];
  for (let i = start; i < Math.min(start + valuesRows, batch.length); i++) {
    const at = values.length + 1;
    values.push(new Date(recordedAt[i] as number), source[i], value[i], min[i], max[i]);
    rows.push(`($1,$${at},$${at + 1},0,$${at + 2},$${at + 3},$${at + 4},60,0,1)`);
  }
  return {
    text: `INSERT INTO heart_rate_metrics (${writtenColumns}) VALUES ${rows.join(',')} ON CONFLICT DO NOTHING`,
    values,
  };
}

/** Multi-row `VALUES`, 8,000 rows a statement, in one transaction. */
export const values8000: WriteBatchOnce = async (client, userId, batch) => {
  let encodeMs = 0;
  const totalMs = await elapsedMs(async () => {
    await client.query('BEGIN');
    for (let start = 0; start < batch.length; start += valuesRows) {
      const { ms, result } = timed(() => valuesStatement(userId, batch, start));
      encodeMs += ms;
      await client.query(result);
    }
    await client.query('COMMIT');
  });
  return { encodeMs, serverMs: totalMs - encodeMs };
};
