import { Injectable } from '@nestjs/common';
import { ChunkSize } from '../../batch/chunk-size';
import { builtInCatalogue } from '../../catalogue/catalogue';
import { Problem } from '../../common/problem';
import { uuidV7 } from '../../common/uuid';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { retryTransient } from '../../database/retry-transient';
import { isUnavailable, isUniqueViolation, isWaitTooLong } from '../../database/sqlstate';
import type { Account, AccountUnderWay } from '../account';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { AutomationHeaders } from '../receive/automation-headers';
import type { ReceivedBody } from '../receive/receive-body';
import type { GroupVerdict } from './group-commit';
import { IngestionRepository, type StoredIngestion } from './ingestion.repository';
import type { KeptBytes } from './kept-bytes';
import { UserMetricRepository, type UserMetrics } from './user-metric.repository';
import { type PayloadMember, writePayloads } from './write-payloads';

/** A payload that was received, parsed and normalised. */
export interface PayloadToStore {
  readonly userId: string;
  readonly receivedAtMs: number;
  readonly ingestionSeq: string;
  readonly automation: AutomationHeaders;
  readonly body: ReceivedBody;
  readonly kept: KeptBytes;
  readonly payload: NormalisedPayload;
  readonly account: AccountUnderWay;
  readonly userMetrics: UserMetrics;
  /** When the whole body had arrived, by the monotonic clock. */
  readonly startedAtMs: number;
}

/** A payload that is committed. */
export interface StoredPayload extends Account {
  readonly ingestionId: string;
  readonly status: 'stored';
  /** From the arrival of the whole body to the commit. */
  readonly processingMs: number;
}

/**
 * What a failed group is to do. Where the database cannot be reached the halves would fail too, and where the outcome is
 * unknown they might be written twice; a lock or statement that took too long may be the fault of one member, and what is
 * refused (4xx) is.
 */
export function judgeGroup(error: unknown): GroupVerdict {
  if (error instanceof Problem && error.status < 500) return 'halve';
  return error instanceof Problem || (isUnavailable(error) && !isWaitTooLong(error)) ? 'fail' : 'halve';
}

/** Writes payloads: one transaction holds the bytes, the rows and the account of each of them. */
@Injectable()
export class PayloadStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly ingestions: IngestionRepository,
    private readonly userMetrics: UserMetricRepository,
    private readonly chunkSize: ChunkSize,
  ) {}

  /**
   * Commits some payloads of different users, all or none. When this resolves, they are committed; when it rejects,
   * nothing was written.
   */
  async store(payloads: readonly PayloadToStore[]): Promise<readonly StoredPayload[]> {
    try {
      return await retryTransient(() => this.transact(payloads, true));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Somebody wrote past the users' locks what was new for sure a moment ago: compare every row.
      return await retryTransient(() => this.transact(payloads, false));
    }
  }

  private transact(payloads: readonly PayloadToStore[], append: boolean): Promise<readonly StoredPayload[]> {
    const userIds = payloads.map(({ userId }) => userId);
    return this.database.inLockedTransaction(userIds, async (tx) => {
      const members: PayloadMember[] = [];
      for (const payload of payloads) {
        members.push({ ...payload, ids: await this.userMetrics.create(tx, payload.userId, payload.userMetrics) });
      }
      const written = await writePayloads(tx, members, builtInCatalogue, {
        chunkRows: this.chunkSize.rows,
        append,
        onChunk: (rows, elapsedMs) => this.chunkSize.note(rows, elapsedMs),
      });
      const stored = payloads.map((payload, i) => toIngestion(payload, payload.account.close(written[i] ?? new Map())));
      await this.ingestions.insert(tx, stored);
      await bumpDataVersions(tx, stored);
      return stored.map(({ id, account, processingMs }) => ({
        ingestionId: id,
        status: 'stored' as const,
        ...account,
        processingMs,
      }));
    });
  }
}

function toIngestion(payload: PayloadToStore, account: Account): StoredIngestion {
  const processingMs = Math.round((performance.now() - payload.startedAtMs) * 100) / 100;
  return { ...payload, id: uuidV7(payload.receivedAtMs), account, processingMs };
}

/** Whoever has read something of these users can tell that it is no longer the newest. */
async function bumpDataVersions(tx: Transaction, stored: readonly StoredIngestion[]): Promise<void> {
  const changed = stored.filter(({ account }) => account.stored + account.updated > 0).map(({ userId }) => userId);
  if (changed.length === 0) return;
  // ORDER: by user, as the locks are; two groups never hold the same user anyway.
  await tx.client.query({
    name: 'bump_data_versions',
    text: 'UPDATE users SET data_version = data_version + 1 WHERE id = ANY ($1::uuid[])',
    values: [changed],
  });
}
