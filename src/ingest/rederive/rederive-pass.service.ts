import { Inject, Injectable } from '@nestjs/common';
import { ChunkSize } from '../../batch/chunk-size';
import { type Extents, ExtentsUnderWay, joinExtents } from '../../batch/extents';
import { allTime, holds, hull, type TimeRange } from '../../batch/family-times';
import { isMovable, type MergeCounts, mayHaveMoved, mergeStaging } from '../../batch/staging/merge-staging';
import { type Region, rowsInRange } from '../../batch/staging/region';
import { openStaging, seedStaging, withWholeNights } from '../../batch/staging/staging-tables';
import { DataVersions } from '../../cache/data-versions.service';
import { sleepNightFamily } from '../../catalogue/families';
import type { Family } from '../../catalogue/family';
import { bumpDataVersions, type UserDataVersion } from '../../database/data-version';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { AccountUnderWay } from '../account';
import { EXPORT_PARSER, type ExportParser } from '../export-parser';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { type UserMetricIds, UserMetricRepository, type UserMetrics } from '../store/user-metric.repository';
import { writePayloads } from '../store/write-payloads';
import { addLines, type WrittenLines } from '../store/written-lines';
import { type ReadableIngestion, ReadableIngestionRepository } from './readable-ingestion.repository';
import { ReadablePayloadReader } from './readable-payload-reader.service';
import { isUnreadable, UnreadableIngestionError } from './unreadable-ingestion.error';

/**
 * Limits of a pass, in PostgreSQL's words: it writes into tables of its own for seconds, and in between reads payloads
 * for as long as the largest of them takes. Only the merge at its end holds a lock that others wait for.
 */
const limits = `SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '30s';
SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL plan_cache_mode = force_generic_plan`;

/** A row that belongs to the region reaches beyond it: the pass is to be run again with the larger region. */
export class RegionGrewError extends Error {
  constructor(
    readonly family: Family,
    readonly range: TimeRange,
  ) {
    super(`the region of ${family.name} is larger`);
    this.name = 'RegionGrewError';
  }
}

/** What a pass is to do. */
export interface PassTask {
  readonly userId: string;
  readonly region: Region;
  /** Ingestions that are written anew whatever their state; all others in the region are when they are stored. */
  readonly requestedIds: readonly string[];
  /** Ingestions that cannot be read: what they have written stays. */
  readonly unreadableIds: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/** What an ingestion had written in a pass; its account is to be closed with the lines of all passes. */
export interface PassedIngestion {
  readonly ingestion: ReadableIngestion;
  readonly lines: WrittenLines;
  readonly account: AccountUnderWay;
}

/** What a pass did. */
export interface PassResult {
  readonly requested: readonly PassedIngestion[];
  readonly changes: MergeCounts;
}

/** One pass while it runs. */
interface OpenPass extends PassTask {
  readonly tx: Transaction;
  readonly schema: string;
  /** Whether the user's lock is held already. */
  isLocked: boolean;
}

/** Grows a region. */
export function grown(region: Region, { family, range }: RegionGrewError): Region {
  return new Map(region).set(family, hull(region.get(family), range));
}

/**
 * Writes a region of a user's samples anew: all ingestions that have samples there are read again and written, in the
 * order of their arrival, into tables of the transaction's own, by the same code as when they arrived; then the real rows
 * are made the same in one go. Readers see the region as it was or as it is to be, and nothing between.
 */
@Injectable()
export class RederivePass {
  constructor(
    private readonly database: DatabaseService,
    private readonly ingestions: ReadableIngestionRepository,
    private readonly reader: ReadablePayloadReader,
    private readonly userMetrics: UserMetricRepository,
    private readonly chunkSize: ChunkSize,
    private readonly versions: DataVersions,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
  ) {}

  /**
   * Runs a pass; `finish` belongs to its transaction.
   *
   * Errors: rejects with RegionGrewError or UnreadableIngestionError when it is to be run again with what they say, and as
   * the database does; nothing was changed then.
   */
  async run(task: PassTask, finish: (tx: Transaction, result: PassResult) => Promise<void>): Promise<PassResult> {
    const { userId, region, requestedIds, unreadableIds } = task;
    let versions: readonly UserDataVersion[] = [];
    const done = await this.database.inTransaction([userId], async (tx) => {
      await tx.client.query(limits);
      const find = async () => {
        const found = await this.ingestions.findOverlapping(tx, userId, region, requestedIds);
        return found.filter(({ id }) => !unreadableIds.has(id));
      };
      const known = await find();
      const schema = await openStaging(tx.client, region.keys());
      const pass: OpenPass = { ...task, tx, schema, isLocked: false };
      await this.checkNights(pass);
      const seqs = known.map(({ ingestionSeq }) => ingestionSeq);
      await seedStaging(tx.client, schema, userId, region, seqs);
      const passed: PassedIngestion[] = [];
      for (const ingestion of known) passed.push(await this.write(pass, ingestion));
      // ORDER: the lock last: this user's live payloads wait for the rest only.
      await this.database.lock(tx, userId);
      pass.isLocked = true;
      const knownIds = new Set(known.map(({ id }) => id));
      for (const newcomer of await find()) {
        if (knownIds.has(newcomer.id)) continue;
        passed.push(await this.write(pass, newcomer));
        seqs.push(newcomer.ingestionSeq);
      }
      const result = await this.merge(pass, seqs, passed);
      const { stored, updated, deleted } = result.changes;
      const changed = stored + updated + deleted > 0 ? [userId] : [];
      versions = await bumpDataVersions(tx, changed, new Set(changed));
      await finish(tx, result);
      return result;
    });
    await this.versions.tell(versions);
    return done;
  }

  private async checkNights({ tx, schema, userId, region }: OpenPass): Promise<void> {
    const range = region.get(sleepNightFamily);
    if (range === undefined) return;
    const whole = await withWholeNights(tx.client, schema, sleepNightFamily, userId, range);
    if (!holds(range, whole)) throw new RegionGrewError(sleepNightFamily, whole);
  }

  private async merge(
    pass: OpenPass,
    seqs: readonly string[],
    passed: readonly PassedIngestion[],
  ): Promise<PassResult> {
    const { tx, schema, userId, region, requestedIds } = pass;
    for (const [family, range] of region) {
      if (!isMovable(family) || holds(range, allTime)) continue;
      if (await mayHaveMoved(tx.client, schema, family, userId, region, seqs))
        throw new RegionGrewError(family, allTime);
    }
    const changes = await mergeStaging(tx.client, schema, userId, region, seqs);
    return { changes, requested: passed.filter(({ ingestion }) => requestedIds.includes(ingestion.id)) };
  }

  private async write(pass: OpenPass, ingestion: ReadableIngestion): Promise<PassedIngestion> {
    const lines: WrittenLines[] = [];
    const extents = new ExtentsUnderWay();
    try {
      const account = await this.reader.read(
        ingestion,
        async (payload, own) => {
          const part = payload.picked((batch) => rowsInRange(batch, pass.region.get(batch.family)));
          if (part.rows === 0) return;
          for (const batch of part.all()) extents.add(batch);
          lines.push(await this.writePart(pass, ingestion, part, own));
        },
        pass.signal,
      );
      await this.noteExtents(pass, ingestion, extents.result());
      return { ingestion, lines: addLines(lines), account };
    } catch (error) {
      throw isUnreadable(error) ? new UnreadableIngestionError(ingestion.id, error) : error;
    }
  }

  private async writePart(
    pass: OpenPass,
    { userId, ingestionSeq }: ReadableIngestion,
    payload: NormalisedPayload,
    own: UserMetrics,
  ): Promise<WrittenLines> {
    this.checkSpans(pass, payload);
    const ids = await this.identify(pass, own);
    const member = { userId, ingestionSeq, payload, ids };
    const options = { chunkRows: this.chunkSize.rows, append: true };
    const [lines] = await writePayloads(pass.tx, [member], this.parser.catalogue, options);
    return lines ?? new Map();
  }

  /** A night that only partly lies in the region may be one that lies outside of it. */
  private checkSpans({ region }: OpenPass, payload: NormalisedPayload): void {
    const batch = payload.find(sleepNightFamily);
    const range = region.get(sleepNightFamily);
    if (batch === undefined || range === undefined) return;
    const extents = new ExtentsUnderWay();
    extents.add(batch);
    const whole = extents.result()[sleepNightFamily.name]?.reduce<TimeRange | undefined>(hull, undefined);
    if (whole !== undefined && !holds(range, whole)) throw new RegionGrewError(sleepNightFamily, whole);
  }

  /** The ids of the user's own metrics; those that are missing are made, under the user's lock as always. */
  private async identify({ tx, userId, isLocked }: OpenPass, own: UserMetrics): Promise<UserMetricIds> {
    if (isLocked || own.missing.length === 0) return await this.userMetrics.create(tx, userId, own);
    return await this.database.inLockedTransaction([userId], (other) => this.userMetrics.create(other, userId, own));
  }

  /** An ingestion that this parser finds samples of where it had none is to be found there from now on. */
  private async noteExtents(
    { tx, requestedIds }: OpenPass,
    ingestion: ReadableIngestion,
    written: Extents,
  ): Promise<void> {
    const { extents } = ingestion;
    if (extents === null || requestedIds.includes(ingestion.id)) return;
    const joined = joinExtents(extents, written);
    const isNew = Object.entries(written).some(([name, ranges]) =>
      ranges.some((range) => !(extents[name] ?? []).some((known) => holds(known, range))),
    );
    if (isNew) await this.ingestions.setExtents(tx, ingestion, joined);
  }
}
