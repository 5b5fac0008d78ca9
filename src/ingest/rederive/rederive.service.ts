import { Injectable, Logger } from '@nestjs/common';
import { type Extents, ExtentsUnderWay, joinExtents } from '../../batch/extents';
import { allTime } from '../../batch/family-times';
import type { MergeCounts } from '../../batch/staging/merge-staging';
import { families } from '../../catalogue/families';
import { isTimed } from '../../catalogue/family';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { IngestionKey } from '../../database/ingestion-key';
import { retryTransient } from '../../database/retry-transient';
import { elapsedSince } from '../ingest-request';
import { addLines, type WrittenLines } from '../store/written-lines';
import { planPasses } from './plan-passes';
import { type ReadableIngestion, ReadableIngestionRepository } from './readable-ingestion.repository';
import { ReadablePayloadReader } from './readable-payload-reader.service';
import { grown, type PassResult, type PassTask, RederivePass, RegionGrewError } from './rederive-pass.service';
import { isUnreadable, UnreadableIngestionError, type UnreadableReason } from './unreadable-ingestion.error';

/** Ingestions of one user to be written again. */
export interface RederiveTask {
  readonly userId: string;
  readonly ingestions: readonly Omit<IngestionKey, 'userId'>[];
  /** Aborted when it is to be given up; it then rejects soon. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of them. */
export interface RederiveReport {
  /** Rows that were changed, of these ingestions and of others that hold the same samples. */
  readonly changes: MergeCounts;
  /** Ids of those that are written. */
  readonly written: readonly string[];
  /** By id, those that cannot be read, and why; they are as they were. */
  readonly unreadable: ReadonlyMap<string, UnreadableReason>;
}

/** Belongs to the transaction that ends the work: where it rejects, that one is rolled back. */
export type FinishRederive = (tx: Transaction, report: Omit<RederiveReport, 'changes'>) => Promise<void>;

/** What is known of an ingestion asked for once it was read by this parser. */
interface Surveyed {
  readonly ingestion: ReadableIngestion;
  readonly extents: Extents;
}

const dayMs = 86_400_000;

const everywhere: Extents = Object.fromEntries(families.map(({ name }) => [name, [allTime]]));

/** Where rows of an ingestion can be: one that was never stored has written none that it does not tell of. */
function writtenBefore({ extents, status }: ReadableIngestion): Extents {
  return extents ?? (status === 'stored' ? everywhere : {});
}

/**
 * Writes ingestions again from their kept bytes, by the parser in use: afterwards the samples at all times that they have
 * to do with are as if every ingestion had come to this parser first.
 *
 * Source: docs/decisions/016-rederive.md
 */
@Injectable()
export class RederiveService {
  private readonly logger = new Logger(RederiveService.name);

  constructor(
    private readonly database: DatabaseService,
    private readonly ingestions: ReadableIngestionRepository,
    private readonly reader: ReadablePayloadReader,
    private readonly passes: RederivePass,
  ) {}

  /**
   * Runs a task to its end. When it rejects, whole passes may be done; run again, it does them again, to the same effect.
   *
   * Errors: rejects as the database does, and as `finish` does.
   */
  async rederive({ userId, ingestions, signal }: RederiveTask, finish: FinishRederive): Promise<RederiveReport> {
    const startedAtMs = performance.now();
    const unreadable = new Map<string, UnreadableReason>();
    const found = await this.ingestions.find(
      userId,
      ingestions.map(({ id }) => id),
      ingestions.map(({ receivedAtMs }) => receivedAtMs),
    );
    const rowsByDay = new Map<number, number>();
    const surveyed: Surveyed[] = [];
    for (const ingestion of found) {
      try {
        surveyed.push({ ingestion, extents: await this.survey(ingestion, rowsByDay, signal) });
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        unreadable.set(ingestion.id, new UnreadableIngestionError(ingestion.id, error).reason);
      }
    }
    const extents = surveyed.reduce<Extents>(
      (all, each) => joinExtents(all, joinExtents(writtenBefore(each.ingestion), each.extents)),
      {},
    );
    const written = surveyed.map(({ ingestion }) => ingestion.id);
    const regions = planPasses(extents, rowsByDay);
    const results: PassResult[] = [];
    const settle = async (tx: Transaction): Promise<void> => {
      const processingMs = elapsedSince(startedAtMs);
      for (const each of surveyed) await this.settle(tx, each, results, processingMs);
      await finish(tx, { written, unreadable });
    };
    for (const [i, region] of regions.entries()) {
      const isLast = i === regions.length - 1;
      await this.pass({ userId, region, requestedIds: written, signal }, async (tx, result) => {
        results[i] = result;
        if (isLast) await settle(tx);
      });
    }
    if (regions.length === 0) await this.database.inTransaction([userId], settle);
    return { changes: sum(results), written, unreadable };
  }

  /** Runs a pass, with a larger region or without what cannot be read where that turns out to be needed. */
  private async pass(
    task: Omit<PassTask, 'unreadableIds'>,
    finish: (tx: Transaction, result: PassResult) => Promise<void>,
  ): Promise<void> {
    const unreadableIds = new Set<string>();
    for (let { region } = task; ; ) {
      try {
        await retryTransient(() => this.passes.run({ ...task, region, unreadableIds }, finish));
        return;
      } catch (error) {
        if (error instanceof RegionGrewError) region = grown(region, error);
        else if (error instanceof UnreadableIngestionError && !task.requestedIds.includes(error.ingestionId)) {
          unreadableIds.add(error.ingestionId);
          this.logger.warn(
            `ingestion ${error.ingestionId} cannot be read again and stays as it is: ${error.reason.code}`,
          );
        } else throw error;
      }
    }
  }

  /** Reads an ingestion to find out when its samples lie now. */
  private async survey(
    ingestion: ReadableIngestion,
    rowsByDay: Map<number, number>,
    signal?: AbortSignal,
  ): Promise<Extents> {
    const extents = new ExtentsUnderWay();
    await this.reader.read(
      ingestion,
      (payload) => {
        for (const batch of payload.all()) {
          extents.add(batch);
          if (!isTimed(batch.family)) continue;
          const { values } = batch.numbers('recorded_at');
          for (let row = 0; row < batch.length; row++) {
            const day = Math.floor((values[row] as number) / dayMs);
            rowsByDay.set(day, (rowsByDay.get(day) ?? 0) + 1);
          }
        }
        return Promise.resolve();
      },
      signal,
    );
    return extents.result();
  }

  private async settle(
    tx: Transaction,
    { ingestion, extents }: Surveyed,
    results: readonly PassResult[],
    processingMs: number,
  ): Promise<void> {
    const passed = results.flatMap(({ requested }) => requested.filter((each) => each.ingestion.id === ingestion.id));
    const lines: WrittenLines = addLines(passed.map((each) => each.lines));
    const account = passed.at(-1)?.account ?? (await this.reader.read(ingestion, () => Promise.resolve()));
    await this.ingestions.settle(tx, { ingestion, account: account.close(lines), extents, processingMs });
  }
}

function sum(results: readonly PassResult[]): MergeCounts {
  const total: MergeCounts = { stored: 0, updated: 0, deleted: 0 };
  for (const { changes } of results) {
    total.stored += changes.stored;
    total.updated += changes.updated;
    total.deleted += changes.deleted;
  }
  return total;
}
