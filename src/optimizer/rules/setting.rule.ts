import { type Advice, type AdviceParts, advise } from '../advice';
import type { ServerFacts, TableFacts } from '../evidence/evidence';
import { byRoot } from '../evidence/read-tables';
import { bytesText, numberText, shareText, sumOf } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Settings of PostgreSQL that a 2xx rests on, or the figures that everything here is judged by. */
const mustBeOn: Readonly<Record<string, string>> = {
  fsync: 'A crash of the machine destroys the database.',
  full_page_writes: 'A crash of the machine can destroy pages.',
  synchronous_commit: 'Payloads that were answered 2xx are lost when the server crashes.',
  autovacuum: 'Nothing removes dead rows, and the transaction ids run out.',
  track_counts: 'Autovacuum does not know where to go.',
};

/** A setting that PostgreSQL takes over while it runs, with how to set it back. */
function settingAdvice(
  name: string,
  value: string,
  before: string,
  parts: Pick<AdviceParts, 'severity' | 'title' | 'seen' | 'likelyGain' | 'cost'> & Partial<AdviceParts>,
): Advice {
  const set = (to: string): string => `ALTER SYSTEM SET ${name} = '${to}'`;
  return advise({
    kind: 'setting',
    subject: name,
    apply: { sql: [set(value), 'SELECT pg_reload_conf()'] },
    undo: { sql: [set(before), 'SELECT pg_reload_conf()'] },
    isAutomatic: true,
    ...parts,
  });
}

function findSwitchedOff({ settings, databaseName }: ServerFacts): Advice[] {
  return Object.entries(mustBeOn)
    .filter(([name]) => settings.get(name) === 'off')
    .map(([name, harm]) =>
      settingAdvice(name, 'on', 'off', {
        severity: 'critical',
        title: `${name} is off`,
        seen: [harm],
        likelyGain: 'What was promised holds.',
        cost: `If it stays off, it is set for the database or the role: ALTER DATABASE ${databaseName} RESET ${name}.`,
      }),
    );
}

function findSmallBuffers({ settings, databaseBytes }: ServerFacts): Advice[] {
  const bytes = Number(settings.get('shared_buffers')) * 8192;
  const { defaultSharedBytes, sharedBuffersFactor } = thresholds;
  if (!(bytes <= defaultSharedBytes.value && databaseBytes > bytes * sharedBuffersFactor.value)) return [];
  return [
    settingAdvice('shared_buffers', `${Math.round((bytes * 4) / 1024 ** 2)}MB`, `${bytes / 1024}kB`, {
      severity: 'info',
      title: 'PostgreSQL works with the buffers that it is delivered with',
      seen: [`${bytesText(bytes)} of buffers for a database of ${bytesText(databaseBytes)}.`],
      likelyGain: 'Most reads are answered from memory.',
      cost: 'Memory, a quarter of the machine’s at most; it counts from the next restart of PostgreSQL on.',
      benchmark: 'write',
    }),
  ];
}

const bytesPerMebibyte = 1_048_576;

function findSmallWal({ settings, checkpointsTimed, checkpointsRequested, walBytes }: ServerFacts): Advice[] {
  const all = checkpointsTimed + checkpointsRequested;
  const { checkpoints, requestedCheckpointShare } = thresholds;
  if (all < checkpoints.value || checkpointsRequested < all * requestedCheckpointShare.value) return [];
  const mebibytes = Number(settings.get('max_wal_size'));
  // Whoever has this much has decided on it.
  if (!(mebibytes < 4096)) return [];
  // Making a database and a backup ask for checkpoints too, with next to nothing in the log.
  if (walBytes / checkpointsRequested < mebibytes * bytesPerMebibyte * thresholds.walShareOfCheckpoint.value) return [];
  return [
    settingAdvice('max_wal_size', `${mebibytes * 2}MB`, `${mebibytes}MB`, {
      severity: 'info',
      title: 'Checkpoints come because the log is full',
      seen: [`${numberText(checkpointsRequested)} of ${numberText(all)} checkpoints, at ${numberText(mebibytes)} MiB.`],
      likelyGain: 'Fewer pages are logged whole, so an import writes less.',
      cost: 'Disk for the log, and a longer recovery after a crash.',
      benchmark: 'write',
    }),
  ];
}

/** A statement without a range locks every partition with its indexes; as many may run at once as there are connections. */
function findFewLocks({ settings }: ServerFacts, tables: readonly TableFacts[]): Advice[] {
  const partitions = Math.max(0, ...[...byRoot(tables).values()].map((parts) => parts.length));
  const each = Number(settings.get('max_locks_per_transaction'));
  const capacity = each * Number(settings.get('max_connections'));
  const needed = partitions * 3 * 20;
  if (!(needed > capacity)) return [];
  return [
    settingAdvice('max_locks_per_transaction', `${each * 2}`, `${each}`, {
      severity: 'warning',
      title: 'The table of locks is too small for the partitions',
      seen: [
        `20 statements over ${partitions} partitions need ${numberText(needed)} locks; there is room for ${numberText(capacity)}.`,
      ],
      likelyGain: 'No statement fails with "out of shared memory".',
      cost: 'Some MiB of memory; it counts from the next restart of PostgreSQL on.',
    }),
  ];
}

function findRareInsertVacuum({ settings }: ServerFacts, tables: readonly TableFacts[]): Advice[] {
  const { insertScaleFactor, insertOnlyRows } = thresholds;
  const factor = Number(settings.get('autovacuum_vacuum_insert_scale_factor'));
  const large = tables.filter(
    ({ liveRows, insertedRows, changedRows }) => liveRows >= insertOnlyRows.value && changedRows < insertedRows / 10,
  );
  if (!(factor >= insertScaleFactor.value) || large.length === 0) return [];
  return [
    settingAdvice('autovacuum_vacuum_insert_scale_factor', '0.05', `${factor}`, {
      severity: 'info',
      title: 'Tables that are only added to are vacuumed rarely',
      seen: [
        `${large.length} tables with ${numberText(sumOf(large.map(({ liveRows }) => liveRows)))} rows wait for ${shareText(factor)} more.`,
      ],
      likelyGain: 'The visibility map and BRIN summaries stay up to date, so index-only scans work.',
      cost: 'Vacuum comes four times as often, each time for the new pages alone.',
      benchmark: 'write',
    }),
  ];
}

/** Settings of PostgreSQL that contradict the durability we promise or the size of what there is. */
export const settingRule: Rule = {
  kind: 'setting',
  find({ server, tables }) {
    if (server === null) return [];
    return [
      ...findSwitchedOff(server),
      ...findSmallBuffers(server),
      ...findSmallWal(server),
      ...findFewLocks(server, tables),
      ...findRareInsertVacuum(server, tables),
    ];
  },
};
