/** Runs one statement without parameters and returns its rows. */
type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Ordinary and partitioned tables of the schema; partitions are made by upkeep and differ from day to day. */
const tables = `
SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relnamespace
  FROM pg_class c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;

const tablesSql = `
WITH t AS (${tables})
SELECT t.relname AS table_name,
       concat(CASE t.relkind WHEN 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(t.oid) END,
              ' WITH (' || array_to_string(t.reloptions, ', ') || ')') AS line
  FROM t ORDER BY t.relname COLLATE "C"`;

const columnsSql = `
WITH t AS (${tables})
SELECT t.relname AS table_name,
       concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attstorage <> y.typstorage THEN ' STORAGE ' ||
                CASE a.attstorage WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' WHEN 'p' THEN 'PLAIN' ELSE 'EXTENDED' END END,
              CASE WHEN a.attnotnull THEN ' NOT NULL' END,
              ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS line
  FROM t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type y ON y.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
 ORDER BY a.attnum`;

// From 18 on NOT NULL is a constraint as well, of a type of its own: it is told with the columns on every version.
const constraintsSql = `
WITH t AS (${tables})
SELECT t.relname AS table_name,
       concat('CONSTRAINT ', quote_ident(k.conname), ' ', pg_get_constraintdef(k.oid),
              ' WITH (' || array_to_string(i.reloptions, ', ') || ')') AS line
  FROM t
  JOIN pg_constraint k ON k.conrelid = t.oid AND k.conparentid = 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x')
  LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
 ORDER BY array_position('{p,u,x,c,f}', k.contype), k.conname COLLATE "C"`;

const indexesSql = `
WITH t AS (${tables})
SELECT t.relname AS table_name, pg_get_indexdef(i.indexrelid, 0, true) AS line
  FROM t
  JOIN pg_index i ON i.indrelid = t.oid
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY c.relname COLLATE "C"`;

const sequencesSql = `
SELECT concat('CREATE SEQUENCE ', quote_ident(c.relname), ' AS ', format_type(s.seqtypid, NULL), ' INCREMENT ',
              s.seqincrement, ' MINVALUE ', s.seqmin, ' MAXVALUE ', s.seqmax, ' START ', s.seqstart, ' CACHE ',
              s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' END,
              ' OWNED BY ' || (SELECT format('%I.%I', o.relname, a.attname)
                                 FROM pg_depend p
                                 JOIN pg_class o ON o.oid = p.refobjid
                                 JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = p.refobjsubid
                                WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid
                                  AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'a')) AS line
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid AND c.relnamespace = current_schema()::regnamespace
 ORDER BY c.relname COLLATE "C"`;

// The owner's own rights are left out: they go without saying and have other names from version to version.
const grantsSql = `
SELECT format('GRANT %s ON %s%I TO %s',
              string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type COLLATE "C"),
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' END, c.relname,
              coalesce(quote_ident(r.rolname), 'PUBLIC')) AS line
  FROM pg_class c
 CROSS JOIN aclexplode(c.relacl) g
  LEFT JOIN pg_roles r ON r.oid = g.grantee
 WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND g.grantee <> c.relowner
 GROUP BY c.relname, c.relkind, r.rolname
 ORDER BY c.relname COLLATE "C", r.rolname COLLATE "C"`;

const functionsSql = `
SELECT rtrim(pg_get_functiondef(f.oid)) AS line
  FROM pg_proc f
 WHERE f.pronamespace = current_schema()::regnamespace AND f.prokind = 'f' AND NOT EXISTS (
       SELECT FROM pg_depend p WHERE p.classid = 'pg_proc'::regclass AND p.objid = f.oid AND p.deptype = 'e')
 ORDER BY f.proname COLLATE "C", pg_get_function_identity_arguments(f.oid) COLLATE "C"`;

const triggersSql = `
WITH t AS (${tables})
SELECT pg_get_triggerdef(g.oid) AS line
  FROM t JOIN pg_trigger g ON g.tgrelid = t.oid
 WHERE NOT g.tgisinternal
 ORDER BY t.relname COLLATE "C", g.tgname COLLATE "C"`;

/** What the queries above do not show; without this, drift in it would go unseen. */
const unknownSql = `
WITH t AS (${tables}), n AS (SELECT current_schema()::regnamespace AS oid)
SELECT concat('relation ', c.relname) AS line
  FROM pg_class c JOIN n ON n.oid = c.relnamespace
 WHERE c.relkind NOT IN ('r', 'p', 'i', 'I', 'S') AND NOT EXISTS (
       SELECT FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.deptype = 'e')
UNION ALL
SELECT concat('column ', t.relname, '.', a.attname)
  FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type y ON y.oid = a.atttypid
 WHERE a.attidentity <> '' OR a.attgenerated <> '' OR a.attcollation <> y.typcollation OR a.attacl IS NOT NULL
UNION ALL
SELECT concat('policy ', p.polname) FROM t JOIN pg_policy p ON p.polrelid = t.oid
UNION ALL
SELECT concat('row security of ', c.relname)
  FROM t JOIN pg_class c ON c.oid = t.oid WHERE c.relrowsecurity OR c.relforcerowsecurity
UNION ALL
SELECT concat('function ', f.proname)
  FROM pg_proc f JOIN n ON n.oid = f.pronamespace
 WHERE f.prokind <> 'f' AND NOT EXISTS (
       SELECT FROM pg_depend p WHERE p.classid = 'pg_proc'::regclass AND p.objid = f.oid AND p.deptype = 'e')
UNION ALL
SELECT concat('type ', y.typname) FROM pg_type y JOIN n ON n.oid = y.typnamespace WHERE y.typtype IN ('e', 'd', 'r')`;

const header = `\
-- The schema that the migrations make, without partitions, to be read and compared; it is not run by anything.
-- Written by \`npm run schema\` from the catalogues of a freshly migrated database: do not edit.
-- The order and the text are the same on PostgreSQL 15 to 18.
`;

/**
 * The text of the current schema of the connection: sequences, tables with their columns, constraints and indexes,
 * functions, triggers, and what other roles than the owner may do. All are in the order of their names, columns in their
 * own.
 *
 * Errors: rejects when the schema holds a kind of object that this text would not show (a view, an aggregate, a policy, …).
 */
export async function dumpSchema(query: Query): Promise<string> {
  const unknown = await query(unknownSql);
  if (unknown.length > 0)
    throw new Error(`the schema dump does not show ${unknown.map((row) => row['line']).join(', ')}`);
  const columns = await linesByTable(query, columnsSql);
  const constraints = await linesByTable(query, constraintsSql);
  const indexes = await linesByTable(query, indexesSql);
  const paragraphs = [header];
  for (const { line } of await query(sequencesSql)) paragraphs.push(`${line};\n`);
  for (const { table_name, line: options } of await query(tablesSql)) {
    const table = String(table_name);
    const inside = [...(columns.get(table) ?? []), ...(constraints.get(table) ?? [])];
    const create = `CREATE TABLE ${table} (\n  ${inside.join(',\n  ')}\n)${options};\n`;
    paragraphs.push([create, ...(indexes.get(table) ?? []).map((line) => `${line};\n`)].join(''));
  }
  for (const { line } of await query(functionsSql)) paragraphs.push(`${line};\n`);
  const triggers = await query(triggersSql);
  if (triggers.length > 0) paragraphs.push(triggers.map(({ line }) => `${line};\n`).join(''));
  const grants = await query(grantsSql);
  paragraphs.push(grants.map(({ line }) => `${line};\n`).join(''));
  return paragraphs.join('\n');
}

async function linesByTable(query: Query, sql: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = new Map<string, string[]>();
  for (const { table_name, line } of await query(sql)) {
    const table = String(table_name);
    const those = lines.get(table);
    if (those === undefined) lines.set(table, [String(line)]);
    else those.push(String(line));
  }
  return lines;
}
