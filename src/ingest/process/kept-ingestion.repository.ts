import { Injectable } from '@nestjs/common';
import type { Extents } from '../../batch/extents';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { type IngestionKey, keyValues } from '../../database/ingestion-key';
import type { KeptPlace } from '../../database/piece.repository';
import type { ClaimedWork } from '../../database/work/claimed-work';
import { WorkLeaseRepository } from '../../database/work/work-lease.repository';
import type { Account } from '../account';

/** An ingestion whose bytes are kept and whose samples are to be written. */
export interface KeptIngestion extends KeptPlace {
  readonly ingestionSeq: string;
  readonly contentType: string;
  readonly keptEncoding: string;
  /** Inflated. */
  readonly bodyBytes: number;
  /** The `automation-aggregation` header. */
  readonly aggregation: string | null;
  /** The user's zone when it arrived. */
  readonly timeZone: string;
}

const findSql = `
SELECT i.ingestion_seq::text AS "ingestionSeq", i.content_type AS "contentType", i.kept_encoding AS "keptEncoding",
       i.body_bytes::float8 AS "bodyBytes", i.automation_aggregation AS aggregation, i.body,
       i.piece_count AS "pieceCount", coalesce(i.time_zone, u.time_zone) AS "timeZone"
  FROM raw_ingestions i JOIN users u ON u.id = i.user_id
 WHERE i.user_id = $1 AND i.received_at = $2::timestamptz AND i.id = $3`;

const finishSql = `
UPDATE raw_ingestions
   SET status = 'stored', extents = coalesce(extents, '{}'), account = $4, processing_ms = $5, attempts = $6, error_code = NULL, error_detail = NULL,
       finished_at = clock_timestamp()
 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3`;

// One without a single sample has extents too: they are empty.
const noteExtentsSql = `
UPDATE raw_ingestions SET extents = $4 WHERE user_id = $1 AND received_at = $2::timestamptz AND id = $3`;

/** Reads ingestions that are to be worked on, and says that they are done. */
@Injectable()
export class KeptIngestionRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly leases: WorkLeaseRepository,
  ) {}

  /** An ingestion; undefined when it is not there any more. */
  async find(key: IngestionKey): Promise<KeptIngestion | undefined> {
    const [row] = await this.database.inReadOnlyTransaction([key.userId], (tx) =>
      tx.query<{ [Field in keyof KeptIngestion]: KeptIngestion[Field] }>(findSql, keyValues(key)),
    );
    return row;
  }

  /** Notes when the samples lie that are written so far. */
  async noteExtents(tx: Transaction, key: IngestionKey, extents: Extents): Promise<void> {
    await tx.query(noteExtentsSql, [...keyValues(key), JSON.stringify(extents)]);
  }

  /** All samples are written: closes the work. Errors: rejects with LeaseLostError. */
  async finish(claim: ClaimedWork, account: Account, workedMs: number): Promise<void> {
    await this.database.inTransaction([claim.userId], async (tx) => {
      await this.leases.close(tx, claim);
      await tx.query(finishSql, [...keyValues(claim), JSON.stringify(account), workedMs, claim.attempts]);
    });
  }

  /** Closes work on an ingestion that is not there any more. Errors: rejects with LeaseLostError. */
  async forget(claim: ClaimedWork): Promise<void> {
    await this.database.inTransaction([claim.userId], (tx) => this.leases.close(tx, claim));
  }
}
