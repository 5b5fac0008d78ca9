import { escapeLiteral } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Transaction } from '../../database/database.service';
import { withoutPipelining } from '../../database/pipelining';
import { timestampFromUs } from '../paging/instant-text';
import type { InstantRange } from '../request/instant-range';
import { copiedColumns, unescapeField } from './copied-sample';
import type { ExportedMetric } from './exported-metric';

/**
 * Rows of a page: 1 MB as they are copied. A page costs a plan over the partitions of its range (some milliseconds), and at
 * most two are held by one export, so this is where neither matters.
 */
export const pageRows = 10_000;

const newline = 0x0a;

/** A page of samples as COPY wrote it: whole lines in the order of time. */
export interface CopiedPage {
  readonly bytes: Buffer;
  readonly rows: number;
}

/** Where a page begins: after this row. Fields as COPY wrote them. */
export type CopiedKey = readonly [recordedAt: string, source: string, granularity: string, context: string];

const tables = {
  heart_rate: {
    table: 'heart_rate_metrics',
    key: ['recorded_at', 'source', 'granularity'],
    missing: { context: "''", details: 'NULL' },
  },
  blood_pressure: {
    table: 'blood_pressure_metrics',
    key: ['recorded_at', 'source', 'granularity'],
    missing: { context: "''", value: 'systolic', min: 'diastolic', max: 'NULL', details: 'NULL' },
  },
  quantity: {
    table: 'quantity_metrics',
    key: ['recorded_at', 'source', 'granularity', 'context'],
    missing: {},
  },
} as const;

const keyTypes = ['timestamptz', 'text', 'int2', 'text'] as const;

/**
 * The statement of a page. COPY takes no parameters, so every value is written as a literal; of them only the source and
 * the context are texts that somebody sent.
 */
export function copyPageSql(
  userId: string,
  { family, metricId }: ExportedMetric,
  range: InstantRange,
  after: CopiedKey | null,
): string {
  const { table, key, missing } = tables[family];
  const literal = (value: string, type: string) => `${escapeLiteral(value)}::${type}`;
  const from = after === null ? timestampFromUs(range.fromUs, '-infinity') : after[0];
  const conditions = [
    `user_id = ${literal(userId, 'uuid')}`,
    ...(metricId === null ? [] : [`metric_id = ${literal(String(metricId), 'int2')}`]),
    // Two plain bounds on the time prune partitions; the comparison of rows below does not.
    `recorded_at >= ${literal(from, 'timestamptz')}`,
    `recorded_at < ${literal(timestampFromUs(range.toUs, 'infinity'), 'timestamptz')}`,
  ];
  if (after !== null) {
    const values = key.map((_, place) => literal(String(after[place]), String(keyTypes[place])));
    conditions.push(`(${key.join(', ')}) > (${values.join(', ')})`);
  }
  const columns = copiedColumns.map((name) => (missing as Readonly<Record<string, string>>)[name] ?? name);
  return `COPY (SELECT ${columns.join(', ')}
  FROM ${table}
 WHERE ${conditions.join(' AND ')}
 ORDER BY ${key.join(', ')}
 LIMIT ${pageRows}) TO STDOUT`;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}

/** Copies one page into memory, so that the connection is free before the first byte is sent. */
export async function copyPage(tx: Transaction, sql: string): Promise<CopiedPage> {
  const chunks: Buffer[] = [];
  await tx.begun;
  await withoutPipelining(tx.client, async () => {
    for await (const chunk of tx.client.query(copyTo(sql))) chunks.push(chunk as Buffer);
  });
  const bytes = Buffer.concat(chunks);
  // The number that the stream has may come after its end.
  return { bytes, rows: countLines(bytes) };
}

/** The key of the last row of a page that is not empty, unescaped as a literal needs it. */
export function lastKeyOf({ bytes }: CopiedPage): CopiedKey {
  const lastLine = bytes.subarray(bytes.lastIndexOf(newline, bytes.length - 2) + 1).toString();
  const [recordedAt = '', source = '', granularity = '', context = ''] = lastLine.split('\t');
  return [recordedAt, unescapeField(source) ?? '', granularity, unescapeField(context) ?? ''];
}
