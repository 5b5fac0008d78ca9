import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

// Writes migrations/schema.sql from a database that was migrated for it. With `--check` it only compares.

ensureBuild();
const require = createRequire(import.meta.url);
const { Client } = require('pg');
const { startEmbeddedPostgres } = require('../dist/src/embedded/embedded-postgres.js');
const { migrate } = require('../dist/src/database/migrate.js');
const { dumpSchema } = require('../dist/src/database/dump-schema.js');

const path = 'migrations/schema.sql';
const dataDir = mkdtempSync(join(tmpdir(), 'health-export-schema-'));
// PostgreSQL of a service that root started runs as another user.
chmodSync(dataDir, 0o755);
try {
  const text = await readMigratedSchema();
  const written = read();
  if (!process.argv.includes('--check')) {
    if (text !== written) {
      writeFileSync(join(projectRoot, path), text);
      console.log(`Wrote ${path}.`);
    }
  } else if (text !== written) {
    console.error(`${path} is not what the migrations make. Run \`npm run schema\`.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

async function readMigratedSchema() {
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  try {
    await migrate(postgres.url, { now: new Date(), detailedYears: 0, monthsAhead: 2 });
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const text = await dumpSchema(async (sql) => (await client.query(sql)).rows);
    await client.end();
    return text;
  } finally {
    await postgres.stop();
  }
}

function read() {
  try {
    return readFileSync(join(projectRoot, path), 'utf8');
  } catch {
    return '';
  }
}
