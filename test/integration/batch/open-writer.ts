import { Pool, type PoolClient } from 'pg';
import { type Cell, ColumnBatch } from '../../../src/batch/column-batch';
import { findNewRows } from '../../../src/batch/find-new-rows';
import type { MemberBatch } from '../../../src/batch/member-batch';
import type { CountsByLine } from '../../../src/batch/write-counts';
import { writeGroup } from '../../../src/batch/write-group';
import { heartRateFamily } from '../../../src/catalogue/families';
import type { Family } from '../../../src/catalogue/family';
import { appRole } from '../../../src/database/data-source';
import { createTestDatabase } from '../../support/test-database';

/** A database of one test's own, and what writes into it as the service does. */
export interface OpenWriter {
  readonly pool: Pool;
  /** Runs the work in one transaction as the app role. */
  inTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Writes one batch as one ingestion, under the user's advisory lock. */
  write(userId: string, ingestionSeq: number, batch: ColumnBatch, chunkRows?: number): Promise<CountsByLine>;
  /** The rows of a table that belong to a person, in no order. */
  rowsOf(table: string, userId: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Writes one member as a group of its own, and appends what is new for sure: for transactions that hold the lock. */
export async function writeMember(client: PoolClient, member: MemberBatch, chunkRows = 8000): Promise<CountsByLine> {
  const newRows = await findNewRows(client, [member]);
  const [counts] = await writeGroup(client, [member], { chunkRows, newRows });
  return counts as CountsByLine;
}

/** Opens a new database with as many connections as asked for. */
export async function openWriter(connections = 2): Promise<OpenWriter> {
  const database = await createTestDatabase();
  const options = `-c role=${appRole} -c timezone=UTC`;
  const pool = new Pool({ connectionString: database.url, options, max: connections });
  const inTransaction: OpenWriter['inTransaction'] = async (work) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };
  return {
    pool,
    inTransaction,
    write: (userId, ingestionSeq, batch, chunkRows = 8000) =>
      inTransaction(async (client) => {
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [userId]);
        return writeMember(client, { userId, ingestionSeq: String(ingestionSeq), batch }, chunkRows);
      }),
    rowsOf: async (table, userId) => (await pool.query(`SELECT * FROM ${table} WHERE user_id = $1`, [userId])).rows,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** A batch of these rows. */
export function batchOf(family: Family, rows: readonly Readonly<Record<string, Cell>>[]): ColumnBatch {
  const batch = new ColumnBatch(family);
  for (const row of rows) batch.append(row);
  return batch;
}

/** A batch of heart rates: `[instant, value]` each. */
export function heartRates(rows: readonly (readonly [recordedAt: string | number, value: number])[]): ColumnBatch {
  return batchOf(
    heartRateFamily,
    rows.map(([recordedAt, value]) => ({
      recorded_at: new Date(recordedAt).getTime(),
      source: 'Watch',
      granularity: 0,
      value,
      zone_offset_minutes: 60,
      flags: 0,
    })),
  );
}

/** The counts of a family that has one line, as one tuple: stored, updated, unchanged. */
export function totals(counts: CountsByLine): [stored: number, updated: number, unchanged: number] {
  const lines = [...counts.values()];
  const sum = (pick: 'stored' | 'updated' | 'unchanged') => lines.reduce((total, line) => total + line[pick], 0);
  return [sum('stored'), sum('updated'), sum('unchanged')];
}
