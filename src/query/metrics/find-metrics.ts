import type { Catalogue } from '../../catalogue/catalogue';
import type { AggregationKind, MetricDefinition } from '../../catalogue/metric-definition';
import { Problem } from '../../common/problem';
import type { Transaction } from '../../database/database.service';
import { unknownMetric } from './find-metric';

/** One metric in one unit, as it is rolled up. */
export interface RolledMetric {
  readonly metricId: number;
  readonly name: string;
  readonly unit: string;
  /** `average` for a metric that the catalogue does not know. */
  readonly kind: AggregationKind;
}

interface FoundRow extends Record<string, unknown> {
  readonly metric_id: number;
  /** Null for a metric of the catalogue that has samples. */
  readonly name: string | null;
  readonly unit: string | null;
}

// ORDER BY for the plan alone: marks come and go, and where their statistics are of a fuller time the first row that comes
// along seems to be a cheap one to find; then the whole table is read for each metric (14 ms of a summary).
const findSql = `
SELECT metric_id, name, unit FROM user_metrics WHERE user_id = $1 AND name = ANY ($2::text[])
UNION ALL
SELECT metric_id, NULL, NULL FROM unnest($3::int2[]) AS known(metric_id)
 WHERE coalesce((SELECT true FROM metric_rollups r WHERE r.user_id = $1 AND r.metric_id = known.metric_id
                  ORDER BY r.span LIMIT 1),
                (SELECT true FROM rollup_marks m WHERE m.user_id = $1 AND m.metric_id = known.metric_id
                  ORDER BY m.local_date LIMIT 1))
 ORDER BY 1`;

function fromCatalogue({ id, name, unit, kind }: MetricDefinition): RolledMetric {
  return { metricId: id, name, unit, kind };
}

function choose(
  definition: MetricDefinition | undefined,
  own: readonly RolledMetric[],
  hasSamples: boolean,
  unit: string | undefined,
): RolledMetric {
  const known = definition === undefined ? own : [fromCatalogue(definition), ...own];
  const [first, second] = known;
  if (first === undefined) throw unknownMetric();
  if (unit !== undefined) {
    const chosen = known.find((metric) => metric.unit === unit);
    if (chosen !== undefined) return chosen;
    throw new Problem(400, 'query_invalid', `unit must be one of ${known.map((metric) => metric.unit).join(', ')}.`);
  }
  return definition === undefined || second === undefined || hasSamples ? first : second;
}

/**
 * Finds the metrics that a person means by some names, in one statement and in the order of the names: each as
 * `findMetric` finds one. `unit` is for a question about one metric.
 *
 * Errors: rejects with Problem 404 `metric_unknown`, or 400 `query_invalid` for a unit that the metric is not kept in.
 */
export async function findMetrics(
  tx: Transaction,
  catalogue: Catalogue,
  userId: string,
  names: readonly string[],
  unit?: string,
): Promise<readonly RolledMetric[]> {
  // PostgreSQL refuses a NUL even as a parameter.
  if (names.some((name) => name.includes('\0'))) throw unknownMetric();
  const asked = names.map((name) => {
    const definition = catalogue.find(name);
    return { definition, names: definition === undefined ? [name.trim()] : [definition.name, ...definition.aliases] };
  });
  const values = [
    userId,
    asked.flatMap((one) => one.names),
    asked.flatMap(({ definition }) => (definition === undefined ? [] : [definition.id])),
  ];
  const rows = await tx.query<FoundRow>(findSql, values, 'find_metrics');
  const stored = new Set(rows.filter(({ name }) => name === null).map(({ metric_id: metricId }) => metricId));
  return asked.map(({ definition, names: spellings }) => {
    const own = rows.flatMap(({ metric_id: metricId, name, unit: ownUnit }): RolledMetric[] =>
      name !== null && spellings.includes(name)
        ? [{ metricId, name, unit: ownUnit ?? '', kind: definition?.kind ?? 'average' }]
        : [],
    );
    return choose(definition, own, definition !== undefined && stored.has(definition.id), unit);
  });
}
