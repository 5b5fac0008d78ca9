import { Injectable } from '@nestjs/common';
import { ColumnBatch } from '../../batch/column-batch';
import { encodeArray } from '../../batch/encode-array';
import type { Extents } from '../../batch/extents';
import type { ColumnType, Family } from '../../catalogue/family';
import type { NamedStatement } from '../../database/commit-with';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { IngestionKey } from '../../database/ingestion-key';
import { PieceRepository } from '../../database/piece.repository';
import { SharedQuery } from '../../database/shared-query';
import type { Account } from '../account';
import type { AutomationHeaders } from '../receive/automation-headers';
import type { BodyFacts } from '../receive/received-body';
import type { KeptBytes } from './kept-bytes';

/** An ingestion that is complete. */
export interface StoredIngestion extends IngestionKey {
  readonly ingestionSeq: string;
  readonly body: BodyFacts;
  readonly kept: KeptBytes;
  readonly automation: AutomationHeaders;
  readonly account: Account;
  readonly processingMs: number;
  /** When its samples lie. */
  readonly extents: Extents;
  /** The zone that dates without an offset were read in. */
  readonly timeZone: string;
}

/** The columns that are written, with the type that each is sent as; the table's own may be a wider number. */
const columnTypes: Readonly<Record<string, ColumnType>> = {
  user_id: 'uuid',
  received_at: 'timestamptz',
  id: 'uuid',
  ingestion_seq: 'text',
  content_type: 'text',
  sent_encoding: 'text',
  kept_encoding: 'text',
  sent_bytes: 'float8',
  body_bytes: 'float8',
  sha256: 'bytea',
  body: 'bytea',
  piece_count: 'int4',
  automation_name: 'text',
  automation_id: 'text',
  automation_period: 'text',
  automation_aggregation: 'text',
  session_id: 'text',
  account: 'jsonb',
  processing_ms: 'float8',
  extents: 'jsonb',
  time_zone: 'text',
};

const names = Object.keys(columnTypes);

/** Ingestions as a batch; they are no samples, so they are not one of the families that are written as such. */
const ingestionColumns: Family = {
  name: 'ingestion',
  table: 'raw_ingestions',
  columns: Object.entries(columnTypes).map(([name, type]) => ({ name, type })),
  key: ['id'],
};

const insertIngestions = {
  name: 'insert_ingestions',
  text: `
INSERT INTO raw_ingestions (${names.join(', ')}, status, finished_at)
SELECT ${names.map((name) => (name === 'ingestion_seq' ? `${name}::bigint` : name)).join(', ')}, 'stored', clock_timestamp()
  FROM unnest(${names.map((name, i) => `$${i + 1}::${columnTypes[name]}[]`).join(', ')}) AS u(${names.join(', ')})`,
};

function isWhole({ kept }: StoredIngestion): boolean {
  return kept.pieces.length <= 1;
}

function toBatch(ingestions: readonly StoredIngestion[]): ColumnBatch {
  const batch = new ColumnBatch(ingestionColumns, ingestions.length);
  for (const ingestion of ingestions) {
    const { body, kept, automation } = ingestion;
    batch.append({
      user_id: ingestion.userId,
      received_at: ingestion.receivedAtMs,
      id: ingestion.id,
      ingestion_seq: ingestion.ingestionSeq,
      content_type: body.contentType,
      sent_encoding: body.contentEncoding,
      kept_encoding: kept.encoding,
      sent_bytes: body.sentBytes,
      body_bytes: body.bodyBytes,
      sha256: body.sha256,
      body: isWhole(ingestion) ? (kept.pieces[0] ?? Buffer.alloc(0)) : null,
      piece_count: isWhole(ingestion) ? 0 : kept.pieces.length,
      automation_name: automation.name,
      automation_id: automation.id,
      automation_period: automation.period,
      automation_aggregation: automation.aggregation,
      session_id: automation.sessionId,
      account: JSON.stringify(ingestion.account),
      processing_ms: ingestion.processingMs,
      extents: JSON.stringify(ingestion.extents),
      time_zone: ingestion.timeZone,
    });
  }
  return batch;
}

/** Writes the rows of `raw_ingestions` and its pieces. */
@Injectable()
export class IngestionRepository {
  private readonly seqs: SharedQuery<null, string>;

  constructor(
    database: DatabaseService,
    private readonly pieces: PieceRepository,
  ) {
    this.seqs = new SharedQuery((asked) => database.nextValues('ingestion_seq', asked.length));
  }

  /** Draws the place of an ingestion in the order of all; to be begun as it arrives, before its body is read. */
  drawSeq(): Promise<string> {
    return this.seqs.ask(null);
  }

  /** Inserts complete ingestions, each with its bytes where they are one piece; {@link insertPieces} has the others. */
  insertStatement(ingestions: readonly StoredIngestion[]): NamedStatement {
    const { columns } = toBatch(ingestions);
    const rows = Uint32Array.from(ingestions, (_, row) => row);
    return { ...insertIngestions, values: columns.map((column) => encodeArray([{ column, rows }])) };
  }

  /** Inserts the bytes of those that are kept in several pieces. */
  async insertPieces(tx: Transaction, ingestions: readonly StoredIngestion[]): Promise<void> {
    for (const ingestion of ingestions) {
      if (isWhole(ingestion)) continue;
      for (const [piece, bytes] of ingestion.kept.pieces.entries()) {
        await this.pieces.insert(tx, ingestion, piece, bytes);
      }
    }
  }
}
