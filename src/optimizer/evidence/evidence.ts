import type { ProcessFigures } from '../../monitoring/process-figures';

/** One statement as pg_stat_statements counts it; its text has `$1` where values were. */
export interface StatementFacts {
  readonly id: string;
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly rows: number;
  /** Share of the time of all statements of this database, 0 to 1. */
  readonly share: number;
}

/** Calls and time of a statement within one window. */
export interface StatementWindow {
  readonly calls: number;
  readonly meanMs: number;
}

/** How a statement was in the present window and in the one before. */
export interface StatementChange {
  readonly id: string;
  readonly text: string;
  readonly before: StatementWindow;
  readonly now: StatementWindow;
}

/** An ordinary table, or one partition; a partitioned parent has no figures of its own. */
export interface TableFacts {
  /** As SQL names it, quoted and with its schema where needed. */
  readonly name: string;
  /** The table that it is a partition of, at the top; itself when it is none. */
  readonly root: string;
  readonly isPartition: boolean;
  /** What `pg_get_expr` says of the bounds; null for what is no partition. */
  readonly bounds: string | null;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly changedSinceAnalyze: number;
  readonly insertedRows: number;
  readonly changedRows: number;
  readonly bytes: number;
  readonly scans: number;
  readonly scannedRows: number;
  readonly indexScans: number;
  readonly isAutovacuumed: boolean;
  /** Seconds since autovacuum, or a person, last analyzed it; null for never. */
  readonly analyzedAgoS: number | null;
}

/** One index, or one part of a partitioned one. */
export interface IndexFacts {
  readonly name: string;
  /** The partitioned index at the top; itself when it is none. */
  readonly root: string;
  readonly isPartitionedRoot: boolean;
  readonly table: string;
  /** The table at the top of its partitions. */
  readonly rootTable: string;
  readonly definition: string;
  /** What must be the same for two indexes to serve the same: method, predicate, expressions, collation. */
  readonly likeness: string;
  /** Key columns with operator class and order, in order. */
  readonly keys: readonly string[];
  readonly method: string;
  readonly isUnique: boolean;
  /** Primary key, constraint or replica identity: not to be dropped as an index. */
  readonly isBound: boolean;
  readonly isValid: boolean;
  readonly isBeingBuilt: boolean;
  readonly isSummarising: boolean;
  readonly bytes: number;
  readonly scans: number;
  readonly entries: number;
  /** Estimated bytes of one entry; null for other than B-trees and for partial ones. */
  readonly entryBytes: number | null;
  /** Transactions since it was made, at the least. */
  readonly ageTransactions: number;
}

/** A statement whose plan reads a large table whole for a few of its rows. */
export interface SelectiveScan {
  readonly statement: StatementFacts;
  /** The table at the top. */
  readonly table: string;
  readonly tableRows: number;
  /** Rows that the plan expects of it. */
  readonly planRows: number;
  /** Columns that an index would have, most selective use first; empty when the condition cannot use one. */
  readonly columns: readonly string[];
  /** What PostgreSQL knows of those columns: different values in each. */
  readonly distinct: readonly number[];
  /** Cost of the plan now, and with the index as hypopg pretends it; null without hypopg. */
  readonly costBefore: number;
  readonly costAfter: number | null;
}

/** A session of somebody in this database. Its statement is not read: it may hold values. */
export interface SessionFacts {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly transactionS: number;
  readonly stateS: number;
  /** How long it has waited for a lock; null when it does not. */
  readonly lockWaitS: number | null;
  readonly blockedBy: readonly number[];
}

/** A sequence and how far it is. */
export interface SequenceFacts {
  readonly name: string;
  readonly lastValue: number;
  /** The lower of its own end and that of the column's type. */
  readonly maxValue: number;
  /** The column that it fills, with its table; null when it belongs to none. */
  readonly table: string | null;
  readonly column: string | null;
}

/** The server and the database as a whole. */
export interface ServerFacts {
  readonly databaseName: string;
  readonly databaseBytes: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly transactionAge: number;
  readonly multixactAge: number;
  readonly connections: number;
  readonly maxConnections: number;
  readonly checkpointsTimed: number;
  readonly checkpointsRequested: number;
  /** Bytes of the log that were written in the same time. */
  readonly walBytes: number;
  readonly invalidConstraints: readonly { readonly name: string; readonly table: string }[];
  readonly slotsBehind: readonly { readonly name: string; readonly bytes: number }[];
  readonly settings: ReadonlyMap<string, string>;
}

/** How the partitions are. */
export interface PartitionFacts {
  /** Tables without a partition for the next month. */
  readonly lackNextMonth: readonly string[];
  /** Partitions that are no month or year and hold rows; counted up to a bound. */
  readonly outside: readonly {
    readonly table: string;
    readonly partition: string;
    readonly isDefault: boolean;
    readonly rows: number;
    readonly tableRows: number;
  }[];
}

/** What is known of the statements. */
export interface StatementsFacts {
  /** Why there are none: not installed, not loaded at start, or not allowed; null when there are. */
  readonly missing: 'not_created' | 'not_loaded' | 'not_allowed' | null;
  readonly statements: readonly StatementFacts[];
  readonly changes: readonly StatementChange[];
  readonly selectiveScans: readonly SelectiveScan[];
  /** Tables at the top whose whole scans are explained by a plan that needs most of their rows. */
  readonly tablesReadWhole: ReadonlySet<string>;
}

/** Everything that the rules judge, as of one moment. What could not be read is empty, and named in `unreadable`. */
export interface Evidence {
  readonly collectedAt: Date;
  readonly unreadable: readonly string[];
  readonly statements: StatementsFacts | null;
  readonly tables: readonly TableFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly sessions: readonly SessionFacts[];
  readonly sequences: readonly SequenceFacts[];
  readonly server: ServerFacts | null;
  readonly partitions: PartitionFacts | null;
  /** Figures of the processes that serve this database. */
  readonly processes: readonly ProcessFigures[];
}
