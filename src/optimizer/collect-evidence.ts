import type { ProcessFigures } from '../monitoring/process-figures';
import type { Evidence, IndexFacts, StatementsFacts, TableFacts } from './evidence/evidence';
import { readIndexes } from './evidence/read-indexes';
import { readPartitions } from './evidence/read-partitions';
import { SelectiveScanReader } from './evidence/read-selective-scans';
import { readSequences } from './evidence/read-sequences';
import { readServer } from './evidence/read-server';
import { readSessions } from './evidence/read-sessions';
import { compareWindows, readStatements } from './evidence/read-statements';
import { readTables } from './evidence/read-tables';
import { type ReadingSession, withReadingSession } from './evidence/reading-session';
import { readProcessFigures, readStatementSnapshots } from './snapshots';

/** Figures of a process that has not told any for this long are of one that has ended. */
const processFiguresS = 1800;

type Read<T> = (session: ReadingSession) => Promise<T>;

async function readStatementFacts(
  session: ReadingSession,
  tables: readonly TableFacts[],
  indexes: readonly IndexFacts[],
): Promise<StatementsFacts> {
  const { missing, statements } = await readStatements(session);
  // A database that was never migrated has no table for them.
  const kept = await session.attempt(() => readStatementSnapshots(session));
  const { newer, older } = kept ?? { newer: null, older: null };
  const changes = newer === null || older === null ? [] : compareWindows(statements, newer, older);
  const scans = await new SelectiveScanReader(session, tables, indexes).read(statements);
  return { missing, statements, changes, ...scans };
}

function readOthers(session: ReadingSession): Promise<ProcessFigures[] | null> {
  return session.attempt(() => readProcessFigures(session, processFiguresS));
}

/**
 * Reads everything that the rules judge, each part in a read-only transaction of its own with a time limit. A part that
 * fails (a right that is lacking, a time that was not enough) leaves the others be and is named in `unreadable`.
 *
 * `own` are the figures of this process; null reads those that the running processes left in the database.
 * Errors: rejects when the database cannot be reached.
 */
export function collectEvidence(ownerUrl: string, own: ProcessFigures | null): Promise<Evidence> {
  return withReadingSession(ownerUrl, async (inTransaction) => {
    const unreadable: string[] = [];
    const attempt = async <T>(name: string, read: Read<T>, otherwise: T): Promise<T> => {
      try {
        return await inTransaction(read);
      } catch (error) {
        unreadable.push(`${name}: ${(error as { code?: string }).code ?? 'failed'}`);
        return otherwise;
      }
    };
    const collectedAt = new Date();
    // First, because what is read next takes time, and who waits may not wait for long.
    const sessions = await attempt('sessions', readSessions, []);
    const tables = await attempt('tables', readTables, []);
    const indexes = await attempt('indexes', readIndexes, []);
    return {
      collectedAt,
      sessions,
      tables,
      indexes,
      sequences: await attempt('sequences', readSequences, []),
      server: await attempt('server', readServer, null),
      partitions: await attempt('partitions', (session) => readPartitions(session, tables, collectedAt), null),
      statements: await attempt('statements', (session) => readStatementFacts(session, tables, indexes), null),
      processes: own === null ? ((await attempt('processes', readOthers, null)) ?? []) : [own],
      unreadable,
    };
  });
}
