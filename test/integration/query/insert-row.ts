import type { OpenQuery, Person } from './open-query';

/** What every row with a person's data carries, unless a test says otherwise. */
const bookkeeping = { zone_offset_minutes: 120, flags: 0, ingestion_seq: 1 };

async function insert(query: OpenQuery, table: string, cells: Record<string, unknown>): Promise<void> {
  const entries = Object.entries(cells);
  const names = entries.map(([name]) => name).join(', ');
  const places = entries.map((_, i) => `$${i + 1}`).join(', ');
  await query.sql(
    `INSERT INTO ${table} (${names}) VALUES (${places})`,
    entries.map(([, value]) => value),
  );
}

/** Inserts rows as the owner of the database; what is not given is what a row without anything special has. */
export async function insertRows(
  query: OpenQuery,
  table: string,
  { userId }: Person,
  ...rows: readonly Record<string, unknown>[]
): Promise<void> {
  for (const row of rows) await insert(query, table, { user_id: userId, ...bookkeeping, ...row });
}

/** The same for tables that are not about samples. */
export async function insertPlainRow(
  query: OpenQuery,
  table: string,
  { userId }: Person,
  row: Record<string, unknown>,
): Promise<void> {
  await insert(query, table, { user_id: userId, ...row });
}
