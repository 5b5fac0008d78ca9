import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import { DatabaseService, type Transaction } from '../../database/database.service';
import type { UserMetric } from '../normalise/metric-block';

/** More unknown metrics than this are no app's new versions but somebody's mistake; ids are 16 bits wide. */
const maxUserMetrics = 1000;

/** The first id that is a user's own; smaller ones are the catalogue's. */
const firstUserMetricId = 10_000;

const insertSql = `
WITH asked AS (SELECT name, unit, min(position) AS position
                 FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS a(name, unit, position) GROUP BY 1, 2),
     missing AS (SELECT name, unit, row_number() OVER (ORDER BY position) AS number FROM asked
                  WHERE NOT EXISTS (SELECT FROM user_metrics u
                                     WHERE u.user_id = $1 AND u.name = asked.name AND u.unit = asked.unit)),
     newest AS (SELECT coalesce(max(metric_id), ${firstUserMetricId - 1}) AS id FROM user_metrics WHERE user_id = $1)
INSERT INTO user_metrics (user_id, metric_id, name, unit)
SELECT $1, newest.id + missing.number, name, unit FROM missing, newest`;

const selectSql = 'SELECT metric_id, name, unit FROM user_metrics WHERE user_id = $1';

interface UserMetricRow extends UserMetric {
  readonly metric_id: number;
}

/** A user's own metrics: those that the catalogue does not know, or not under that unit. */
export class UserMetrics {
  private readonly asked: UserMetric[] = [];
  private readonly idByKey = new Map<string, number>();

  constructor(private readonly known: readonly UserMetricRow[]) {
    for (const row of known) this.idByKey.set(keyOf(row), row.metric_id);
  }

  /** Those that are to be made, in the order of their temporary ids -1, -2, … */
  get missing(): readonly UserMetric[] {
    return this.asked;
  }

  /** The names of those that are there, by id. */
  nameById(): ReadonlyMap<number, string> {
    return new Map(this.known.map(({ metric_id, name }) => [metric_id, name]));
  }

  /** The id of a metric: negative while it is yet to be made, null when the user has too many already. */
  find(metric: UserMetric): number | null {
    const key = keyOf(metric);
    const known = this.idByKey.get(key);
    if (known !== undefined) return known;
    if (this.idByKey.size >= maxUserMetrics) return null;
    this.asked.push(metric);
    this.idByKey.set(key, -this.asked.length);
    return -this.asked.length;
  }
}

/** The real ids of a user's own metrics. */
export interface UserMetricIds {
  /** For the temporary ids -1, -2, … of a payload. */
  readonly byTemporaryId: readonly number[];
  readonly nameById: ReadonlyMap<number, string>;
}

function tooManyAtOnce(): Problem {
  const detail =
    'Other requests have just added so many new metrics that these are too many. Nothing was changed; send it again, and what is too much is rejected by itself.';
  return new Problem(409, 'too_many_metrics', detail);
}

function keyOf({ name, unit }: UserMetric): string {
  return JSON.stringify([name, unit]);
}

/** Reads and writes `user_metrics`. */
@Injectable()
export class UserMetricRepository {
  constructor(private readonly database: DatabaseService) {}

  /** All of a user's own metrics. */
  async load(userId: string): Promise<UserMetrics> {
    const rows = await this.database.inReadOnlyTransaction([userId], (tx) => this.select(tx, userId));
    return new UserMetrics(rows);
  }

  /**
   * Makes those that are missing and returns the ids of all.
   *
   * Order: under the user's advisory lock, because ids are given out one after another.
   * Errors: rejects with a 409 problem when others have made so many since `metrics` was loaded that these are too many.
   * The account has counted their samples as accepted by then, without their places in the body, so it cannot reject
   * them any more; sent again, it does.
   */
  async create(tx: Transaction, userId: string, metrics: UserMetrics): Promise<UserMetricIds> {
    const { missing } = metrics;
    if (missing.length === 0) return { byTemporaryId: [], nameById: metrics.nameById() };
    const stored = new UserMetrics(await this.select(tx, userId));
    if (missing.some((metric) => stored.find(metric) === null)) throw tooManyAtOnce();
    await tx.query(insertSql, [userId, missing.map(({ name }) => name), missing.map(({ unit }) => unit)]);
    const now = new UserMetrics(await this.select(tx, userId));
    return { byTemporaryId: missing.map((metric) => now.find(metric) as number), nameById: now.nameById() };
  }

  private select(tx: Transaction, userId: string) {
    return tx.query<{ metric_id: number; name: string; unit: string }>(selectSql, [userId]);
  }
}
