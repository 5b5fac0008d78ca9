import { Injectable } from '@nestjs/common';
import { WorkDispatcher } from '../../batch/work/work-dispatcher.service';
import { Problem } from '../../common/problem';
import { uuidV7TimeMs } from '../../common/uuid';
import { DatabaseService } from '../../database/database.service';
import { keyValues } from '../../database/ingestion-key';
import { WorkRepository } from '../../database/work/work.repository';
import {
  followSql,
  measureSql,
  pageSql,
  type ReplayPlace,
  type ReplaySelection,
  type ReplaySize,
  selectionParameters,
} from './replay-selection';

const zeroId = '00000000-0000-0000-0000-000000000000';

/** The answer to somebody who asked for a replay. */
export interface ReplayReply {
  readonly ingestionId: string;
  /** As it is until the replay is over: what is stored stays so. */
  readonly status: string;
  /** Asking for its state says the same until the replay is over. */
  readonly isUnderWay: true;
  /** Where its state can be asked for; a path of this service. */
  readonly statusUrl: string;
}

/** When it is worth asking what became of it, in s. */
export const replayRetryAfterS = 1;

/** The year 10000, from which on instants are spelt otherwise: no ingestion is from then. */
const endOfIdsMs = Date.UTC(10_000, 0);

const lockSql = `
SELECT status FROM raw_ingestions WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3 FOR UPDATE`;

// What was parked waits again; what is stored stays so while it is written once more.
const reopenSql = `
UPDATE raw_ingestions SET status = 'received', error_code = NULL, error_detail = NULL, finished_at = NULL
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3 AND status = 'parked'`;

function notFound(): Problem {
  return new Problem(404, 'not_found', 'There is nothing with this id.');
}

/** Opens the work of writing ingestions again, and tells how it goes. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly database: DatabaseService,
    private readonly work: WorkRepository,
    private readonly dispatcher: WorkDispatcher,
  ) {}

  /**
   * Has one ingestion of a user written again. Resolves when that is sure to be done; where work on it is open already,
   * that is the work.
   *
   * Errors: rejects with Problem 404 `not_found`, or 409 `not_received` while the body is still arriving.
   */
  async replay(userId: string, asked: string): Promise<ReplayReply> {
    const id = asked.toLowerCase();
    const receivedAtMs = uuidV7TimeMs(id);
    if (receivedAtMs === null || receivedAtMs >= endOfIdsMs) throw notFound();
    const key = { userId, id, receivedAtMs };
    const status = await this.database.inTransaction([userId], async (tx) => {
      // ORDER: the work first, as everywhere: who has locked it may touch the rest.
      await this.work.enqueue(tx, userId, id, new Date(receivedAtMs), 'rederive');
      const [row] = await tx.query<{ status: string }>(lockSql, keyValues(key));
      if (row === undefined) throw notFound();
      if (row.status === 'receiving') throw new Problem(409, 'not_received', 'The body is still arriving.');
      await tx.query(reopenSql, keyValues(key));
      return row.status === 'parked' ? 'received' : row.status;
    });
    this.dispatcher.offer(key, true);
    return { ingestionId: id, status, isUnderWay: true, statusUrl: `/v1/ingestions/${id}` };
  }

  /** How much of a user's is selected. */
  async measure(userId: string, selection: ReplaySelection): Promise<ReplaySize> {
    const [size] = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<ReplaySize & Record<string, unknown>>(measureSql, selectionParameters(userId, selection)),
    );
    return size as ReplaySize;
  }

  /** The next of them after a place, at most `limit`; null for the first ones. */
  async page(
    userId: string,
    selection: ReplaySelection,
    after: ReplayPlace | null,
    limit: number,
  ): Promise<readonly ReplayPlace[]> {
    const place = after === null ? ['-infinity', zeroId] : [new Date(after.receivedAtMs).toISOString(), after.id];
    const values = [...selectionParameters(userId, selection), ...place, limit];
    const rows = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<{ id: string; received_at: Date }>(pageSql, values),
    );
    return rows.map((row) => ({ id: row.id, receivedAtMs: row.received_at.getTime() }));
  }

  /** The same as `replay` for many of one user, in one transaction; what is open already stays as it is. */
  async replayAll(userId: string, places: readonly ReplayPlace[]): Promise<void> {
    await this.database.inTransaction([userId], async (tx) => {
      for (const { id, receivedAtMs } of places) {
        await this.work.enqueue(tx, userId, id, new Date(receivedAtMs), 'rederive');
        await tx.query(reopenSql, keyValues({ userId, id, receivedAtMs }));
      }
    });
    const [first] = places;
    if (first !== undefined) this.dispatcher.offer({ userId, ...first }, true);
  }

  /** How many of these are open still, and which of the others could not be read. */
  async follow(userId: string, places: readonly ReplayPlace[]): Promise<{ open: number; failed: readonly string[] }> {
    const times = places.map(({ receivedAtMs }) => receivedAtMs);
    const bounds = [new Date(Math.min(...times)), new Date(Math.max(...times))];
    const [row] = await this.database.inReadOnlyTransaction([userId], (tx) =>
      tx.query<{ open: number; failed: string[] | null }>(followSql, [userId, places.map(({ id }) => id), ...bounds]),
    );
    return { open: row?.open ?? 0, failed: row?.failed ?? [] };
  }
}
