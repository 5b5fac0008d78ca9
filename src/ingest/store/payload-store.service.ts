import { Inject, Injectable } from '@nestjs/common';
import { ChunkSize } from '../../batch/chunk-size';
import { CacheWarmer } from '../../cache/cache-warmer.service';
import { DataVersions } from '../../cache/data-versions.service';
import { loopTurns } from '../../common/loop-turns';
import { Problem } from '../../common/problem';
import { bumpStatement, readBumpedVersions, type UserDataVersion } from '../../database/data-version';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { retryTransient } from '../../database/retry-transient';
import { isPartitionMissing, isUnavailable, isUniqueViolation, isWaitTooLong } from '../../database/sqlstate';
import { EXPORT_PARSER, type ExportParser } from '../export-parser';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { GroupVerdict } from './group-commit';
import { IngestionRepository, type StoredIngestion } from './ingestion.repository';
import { touchesHistory } from './touches-history';
import { UserMetricRepository, type UserMetrics } from './user-metric.repository';
import { type PayloadMember, writePayloads } from './write-payloads';
import type { WrittenLines } from './written-lines';

/** Accounts that are closed in one step of the event loop. */
const payloadsAtOnce = 32;

/** Samples of one ingestion, parsed and normalised. */
export interface PayloadToStore {
  readonly userId: string;
  readonly ingestionSeq: string;
  readonly payload: NormalisedPayload;
  readonly userMetrics: UserMetrics;
  /** The ingestion's row, once it is known what became of its samples; null for a part of one that has its row. */
  toIngestion(written: WrittenLines): StoredIngestion | null;
  /**
   * What else belongs into the transaction of a part; where it rejects, nothing of the part is written. It may be called
   * again when the transaction is.
   */
  alongside?(tx: Transaction, written: WrittenLines): Promise<void>;
}

/** Samples that are committed. */
export interface StoredPayload {
  readonly written: WrittenLines;
  readonly ingestion: StoredIngestion | null;
  /** Settles, without ever rejecting, when all processes know of it; to be awaited before anybody is told. */
  readonly told: Promise<void>;
}

/**
 * What a failed group is to do. Where the database cannot be reached the halves would fail too, and where the outcome is
 * unknown they might be written twice; a lock or statement that took too long and a partition that is missing may be the
 * fault of one member, and what is refused (4xx) is.
 */
export function judgeGroup(error: unknown): GroupVerdict {
  if (error instanceof Problem && error.status < 500) return 'halve';
  if (error instanceof Problem) return error.status === 503 ? 'fail' : 'halve';
  return isUnavailable(error) && !isWaitTooLong(error) && !isPartitionMissing(error) ? 'fail' : 'halve';
}

/** What a transaction wrote, and whose data has another version by it. */
interface Committed {
  readonly stored: readonly Omit<StoredPayload, 'told'>[];
  readonly versions: readonly UserDataVersion[];
}

/** Writes payloads: one transaction holds the bytes, the rows and the account of each of them. */
@Injectable()
export class PayloadStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly ingestions: IngestionRepository,
    private readonly userMetrics: UserMetricRepository,
    private readonly chunkSize: ChunkSize,
    private readonly versions: DataVersions,
    private readonly warmer: CacheWarmer,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
  ) {}

  /**
   * Commits some payloads of different users, all or none. When this resolves, they are committed; when it rejects,
   * nothing was written.
   */
  async store(payloads: readonly PayloadToStore[]): Promise<readonly StoredPayload[]> {
    const { stored, versions } = await this.commit(payloads);
    const told = this.tell(versions);
    return stored.map((payload) => ({ ...payload, told }));
  }

  private async tell(versions: readonly UserDataVersion[]): Promise<void> {
    this.warmer.changed(await this.versions.tell(versions));
  }

  private async commit(payloads: readonly PayloadToStore[]): Promise<Committed> {
    try {
      return await retryTransient(() => this.transact(payloads, true));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Somebody wrote past the users' locks what was new for sure a moment ago: compare every row.
      return await retryTransient(() => this.transact(payloads, false));
    }
  }

  private transact(payloads: readonly PayloadToStore[], append: boolean): Promise<Committed> {
    const userIds = payloads.map(({ userId }) => userId);
    return this.database.inLockedTransactionWithLast(userIds, async (tx) => {
      const members: PayloadMember[] = [];
      for (const payload of payloads) {
        members.push({ ...payload, ids: await this.userMetrics.create(tx, payload.userId, payload.userMetrics) });
      }
      const written = await writePayloads(tx, members, this.parser.catalogue, {
        chunkRows: this.chunkSize.rows,
        append,
        onChunk: (rows, elapsedMs) => this.chunkSize.note(rows, elapsedMs),
      });
      const stored: Omit<StoredPayload, 'told'>[] = [];
      for (const [i, { toIngestion, alongside }] of payloads.entries()) {
        if (i % payloadsAtOnce === 0) await loopTurns.breathe();
        const lines: WrittenLines = written[i] ?? new Map();
        stored.push({ written: lines, ingestion: toIngestion(lines) });
        await alongside?.(tx, lines);
      }
      const ingestions = stored.flatMap(({ ingestion }) => ingestion ?? []);
      await this.ingestions.insertPieces(tx, ingestions);
      const changed = payloads.filter((_, i) => hasChanged(written[i] ?? new Map()));
      const ofHistory = changed.filter(({ payload }) => touchesHistory(payload.all(), Date.now()));
      const inserts = ingestions.length > 0 ? [this.ingestions.insertStatement(ingestions)] : [];
      const bumps = changed.length > 0 ? [bumpStatement(userIdsOf(changed), new Set(userIdsOf(ofHistory)))] : [];
      return {
        statements: [...inserts, ...bumps],
        read: (rows) => ({ stored, versions: readBumpedVersions(rows.slice(inserts.length).flat()) }),
      };
    });
  }
}

function userIdsOf(payloads: readonly PayloadToStore[]): string[] {
  return payloads.map(({ userId }) => userId);
}

function hasChanged(written: WrittenLines): boolean {
  return [...written.values()].some(({ stored, updated }) => stored + updated > 0);
}
