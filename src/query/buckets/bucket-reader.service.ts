import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Reader } from '../../cache/cached-answer';
import { Catalogue } from '../../catalogue/catalogue';
import type { AggregationKind } from '../../catalogue/metric-definition';
import type { Instant } from '../../catalogue/parse-instant';
import { zoneOffsetMinutes } from '../../catalogue/zone-offset';
import { Problem } from '../../common/problem';
import { DatabaseService, type Transaction } from '../../database/database.service';
import { rolledFamilyOf } from '../../database/rollups/rolled-family';
import { findMetrics, type RolledMetric } from '../metrics/find-metrics';
import { type SeeAlso, seeAlsoOf } from '../metrics/see-also';
import { bindingOf, decodeCursor, encodeCursor } from '../paging/cursor';
import type { bucketParameters } from './bucket-parameters';
import type { Aggregate, BucketQuestion, SourceBucket, SourceChoice } from './bucket-question';
import { type BucketUnit, floorTo } from './calendar';
import { chooseGranularities } from './choose-granularity';
import { type Bucket, type BucketPlace, makeBuckets, phonePlaces } from './make-buckets';
import { checkRange, type PagePlan, planPage } from './page-plan';
import { addPhonePieces } from './phone-pieces';
import { type Extents, readExtents } from './read-extents';
import { maxRolledRows, type RolledRow, readRangeOf, rolledStatement } from './rolled-statement';
import { SourceSums } from './source-sums';
import { type ZoneEdge, zoneEdges } from './zone-edges';
import { addZonePieces } from './zone-pieces';

const dayMs = 86_400_000;

/** Most buckets of an answer, empty ones included: a page of 10,000 of two sources. They are made in one turn. */
const maxBucketRows = 20_000;

/** Days by which the days of a zone may lie apart from those of the samples' own offsets. */
const zoneDays = 2;

/** What is asked of the buckets of some metrics, as it was read from the query string. */
export type BucketQuery = z.infer<z.ZodObject<typeof bucketParameters>> & { readonly bucket: BucketUnit };

/** The buckets of one metric. */
export interface BucketSeries extends SeeAlso {
  readonly metric: string;
  readonly unit: string;
  readonly agg: Aggregate;
  readonly buckets: readonly Bucket[];
}

/** One page of the buckets of some metrics; all end at the same bucket. */
export interface BucketPage {
  readonly series: readonly BucketSeries[];
  readonly nextCursor: string | null;
}

const aggregateByKind: Readonly<Record<AggregationKind, Aggregate>> = {
  sum: 'sum',
  average: 'avg',
  latest: 'latest',
  max: 'max',
};

function toSource(source: string, priority: readonly string[]): SourceChoice {
  if (source === 'all') return { kind: 'all' };
  return source === 'best' ? { kind: 'best', priority } : { kind: 'named', name: source };
}

function extentOf({ firstDay, lastDay }: Extents, isPhone: boolean) {
  if (firstDay === null || lastDay === null) return null;
  const margin = isPhone ? 0 : zoneDays;
  return { fromWallMs: (firstDay - margin) * dayMs, toWallMs: (lastDay + 1 + margin) * dayMs };
}

/** Reads buckets of hours, days, weeks and months. */
@Injectable()
export class BucketReader {
  constructor(
    private readonly database: DatabaseService,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * One page of the buckets of some metrics, in three statements however many metrics and buckets there are, or in six at
   * most for another zone than the phone's, on one snapshot. `unit` is for a question about one metric.
   *
   * Errors: rejects with Problem 404 `metric_unknown`; 400 `query_invalid`, `range_invalid`, `cursor_invalid`, or
   * `answer_too_large` when the sources of all buckets are too many.
   */
  read(reader: Reader, names: readonly string[], query: BucketQuery, unit?: string): Promise<BucketPage> {
    return this.database.inReadOnlyTransaction([reader.userId], (tx) => this.readIn(tx, reader, names, query, unit));
  }

  /** The same inside a transaction of the caller's. */
  async readIn(
    tx: Transaction,
    reader: Reader,
    names: readonly string[],
    query: BucketQuery,
    unit?: string,
  ): Promise<BucketPage> {
    const { userId } = reader;
    const isPhone = query.tz === 'phone';
    const zone = isPhone ? reader.timeZone : query.tz;
    const wallOf = (instant: Instant | undefined): number | null => {
      if (instant === undefined) return null;
      const offset = instant.hasOffset ? zoneOffsetMinutes(instant.atMs, zone, 'instant') : 0;
      return instant.atMs + offset * 60_000;
    };
    const [fromWallMs, toWallMs] = [wallOf(query.from), wallOf(query.to)];
    checkRange(fromWallMs, toWallMs);
    const { bucket, agg, tz, source, fill, order, limit } = query;
    const binding = bindingOf([userId, names, unit, bucket, agg, tz, source, fill, order, fromWallMs, toWallMs]);
    const cursorWallMs = readCursor(query.cursor, binding, bucket);

    const metrics = await findMetrics(tx, this.catalogue, userId, names, unit);
    const ids = metrics.map(({ metricId }) => metricId);
    const extents = await readExtents(tx, userId, ids);
    const extent = extentOf(extents, isPhone);
    const isFilled = fill !== 'none';
    const wish = { unit: bucket, order, limit, fromWallMs, toWallMs, cursorWallMs, extent, isFilled };
    const plan = planPage(wish);
    const asked = metrics.map((metric) => ({ metric, aggregate: agg ?? aggregateByKind[metric.kind] }));
    if (plan === null) {
      const series = asked.map(({ metric: { name, unit: ofMetric }, aggregate }) => {
        return { metric: name, unit: ofMetric, agg: aggregate, ...seeAlsoOf(name), buckets: [] };
      });
      return { series, nextCursor: null };
    }
    const edges = isPhone ? null : zoneEdges(zone, bucket, plan.fromWallMs, plan.toWallMs);
    const rows = await readBuckets(tx, {
      userId,
      metrics: asked.map(({ metric, aggregate }) => ({ metricId: metric.metricId, aggregate })),
      unit: bucket,
      fromWallMs: plan.fromWallMs,
      toWallMs: plan.toWallMs,
      edgesMs: edges?.map(({ startMs }) => startMs) ?? null,
      source: toSource(source, extents.priority),
      marked: extents.marked,
    });
    return {
      series: toSeries(asked, rows, edges, { ...query, plan, zone }),
      nextCursor: plan.nextWallMs === null ? null : encodeCursor(binding, [String(BigInt(plan.nextWallMs) * 1000n)]),
    };
  }
}

function readCursor(cursor: string | undefined, binding: string, unit: BucketUnit): number | null {
  if (cursor === undefined) return null;
  const [us] = decodeCursor(cursor, binding, ['instant']);
  const wallMs = Number(us) / 1000;
  if (floorTo(unit, wallMs) === wallMs) return wallMs;
  throw new Problem(400, 'cursor_invalid', 'cursor must be the nextCursor of an answer to the same question.');
}

function refuseTooMany(): never {
  throw new Problem(400, 'answer_too_large', 'These are too many buckets: ask for fewer metrics or a smaller limit.');
}

/** Reads the roll-ups of a question and makes its buckets, in the order of metric, bucket and source. */
async function readBuckets(tx: Transaction, asked: BucketQuestion): Promise<readonly SourceBucket[]> {
  const range = readRangeOf(asked);
  const isRead = ({ day }: { day: number }): boolean => day * dayMs >= range.fromWallMs && day * dayMs < range.toWallMs;
  const question = { ...asked, marked: asked.marked.filter(isRead) };
  const { sql, values, name } = rolledStatement(question);
  const rolled = await tx.query<RolledRow & Record<string, unknown>>(sql, values, name);
  if (rolled.length > maxRolledRows) refuseTooMany();
  const aggregateOf = new Map(question.metrics.map(({ metricId, aggregate }) => [metricId, aggregate]));
  const isChosen = chooseGranularities(rolled, aggregateOf);
  const sums = new SourceSums();
  const { edgesMs } = question;
  if (edgesMs === null) addPhonePieces(question, rolled, isChosen, sums);
  else await addZonePieces(tx, { ...question, edgesMs }, rolled, isChosen, sums);
  const buckets = sums.finish(question.source, aggregateOf);
  return buckets.length > maxBucketRows ? refuseTooMany() : buckets;
}

function toSeries(
  asked: readonly { readonly metric: RolledMetric; readonly aggregate: Aggregate }[],
  rows: readonly SourceBucket[],
  edges: readonly ZoneEdge[] | null,
  { bucket, fill, order, plan, zone }: BucketQuery & { readonly plan: PagePlan; readonly zone: string },
): BucketSeries[] {
  const placeOf = (row: SourceBucket): BucketPlace =>
    edges === null ? { wallMs: row.bucket, offsetMinutes: row.offsetMinutes } : (edges[row.bucket - 1] as ZoneEdge);
  const offsetOf = (wallMs: number): number => zoneOffsetMinutes(wallMs, zone, 'wall');
  const places =
    fill === 'none' ? null : (edges?.slice(0, -1) ?? phonePlaces(bucket, plan.fromWallMs, plan.toWallMs, offsetOf));
  if ((places?.length ?? 0) * asked.length > maxBucketRows) refuseTooMany();
  return asked.map(({ metric, aggregate }) => {
    const buckets = makeBuckets(
      rows.filter(({ metricId }) => metricId === metric.metricId),
      placeOf,
      {
        unit: bucket,
        aggregate,
        hasPressures: rolledFamilyOf(metric.metricId).family === 'blood_pressure',
        places,
        fillsByOffset: edges !== null,
        emptyValue: fill === 'zero' ? 0 : null,
      },
    );
    return {
      metric: metric.name,
      unit: metric.unit,
      agg: aggregate,
      ...seeAlsoOf(metric.name),
      buckets: order === 'desc' ? buckets.toReversed() : buckets,
    };
  });
}
