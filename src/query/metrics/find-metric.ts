import type { Catalogue } from '../../catalogue/catalogue';
import type { MetricDefinition, MetricFamily } from '../../catalogue/metric-definition';
import { Problem } from '../../common/problem';
import type { Transaction } from '../../database/database.service';
import type { StoredMetric } from './stored-metric';

const ownMetricsSql = `
SELECT metric_id, name, unit
  FROM user_metrics
 WHERE user_id = $1 AND name = ANY ($2)
 ORDER BY metric_id`;

const anySampleSql: Readonly<Record<MetricFamily, string>> = {
  heart_rate: 'SELECT FROM heart_rate_metrics WHERE user_id = $1 LIMIT 1',
  blood_pressure: 'SELECT FROM blood_pressure_metrics WHERE user_id = $1 LIMIT 1',
  quantity: 'SELECT FROM quantity_metrics WHERE user_id = $1 AND metric_id = $2 LIMIT 1',
};

async function readOwnMetrics(tx: Transaction, userId: string, names: readonly string[]): Promise<StoredMetric[]> {
  const rows = await tx.query<{ metric_id: number; name: string; unit: string }>(ownMetricsSql, [userId, names]);
  return rows.map(({ metric_id, name, unit }) => ({ metricId: metric_id, name, unit, family: 'quantity' }));
}

async function hasSamples(tx: Transaction, userId: string, { family, metricId }: StoredMetric): Promise<boolean> {
  const values = family === 'quantity' ? [userId, metricId] : [userId];
  return (await tx.query(anySampleSql[family], values)).length > 0;
}

function fromCatalogue({ id, name, unit, family }: MetricDefinition): StoredMetric {
  return { metricId: id, name, unit, family };
}

/**
 * Finds the metric that a person means by a name: one of the catalogue, by its name or an alias, or one that only this
 * user's phone has sent. A metric of the catalogue is also stored apart in units that could not be converted.
 *
 * `unit` chooses between units. Without it: the catalogue's unit when there are samples in it or nothing else is known,
 * else the unit that came first. Statements: one, and a second when there is a choice to be made.
 *
 * Errors: rejects with Problem 404 `metric_unknown`, or 400 `query_invalid` for a unit that the metric is not kept in.
 */
export async function findMetric(
  tx: Transaction,
  catalogue: Catalogue,
  userId: string,
  name: string,
  unit: string | undefined,
): Promise<StoredMetric> {
  // PostgreSQL refuses a NUL even as a parameter.
  if (name.includes('\0')) throw unknownMetric();
  const definition = catalogue.find(name);
  const names = definition === undefined ? [name.trim()] : [definition.name, ...definition.aliases];
  const own = await readOwnMetrics(tx, userId, names);
  const known = definition === undefined ? own : [fromCatalogue(definition), ...own];
  const [first, second] = known;
  if (first === undefined) throw unknownMetric();
  if (unit !== undefined) {
    const chosen = known.find((metric) => metric.unit === unit);
    if (chosen !== undefined) return chosen;
    throw new Problem(400, 'query_invalid', `unit must be one of ${known.map((metric) => metric.unit).join(', ')}.`);
  }
  if (definition === undefined || second === undefined || (await hasSamples(tx, userId, first))) return first;
  return second;
}

/** The answer for a name that means nothing to this user. */
export function unknownMetric(): Problem {
  return new Problem(404, 'metric_unknown', 'There is no metric of this name, neither known nor sent by this user.');
}
