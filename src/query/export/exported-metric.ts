import type { Catalogue } from '../../catalogue/catalogue';
import type { MetricDefinition } from '../../catalogue/metric-definition';
import type { Transaction } from '../../database/database.service';
import type { SampleFamily } from './export-request';

/** A metric of which a user may have samples, in one unit. */
export interface ExportedMetric {
  readonly family: SampleFamily;
  /** Only of quantities. */
  readonly metricId: number | null;
  readonly name: string;
  readonly unit: string;
}

/** Jumps from one metric to the next in the key: reads no more rows than there are metrics and partitions. */
const quantityIdsSql = `
WITH RECURSIVE ids AS (
  SELECT min(metric_id) AS metric_id FROM quantity_metrics WHERE user_id = $1
  UNION ALL
  SELECT (SELECT min(q.metric_id) FROM quantity_metrics q WHERE q.user_id = $1 AND q.metric_id > ids.metric_id)
    FROM ids WHERE ids.metric_id IS NOT NULL
)
SELECT ids.metric_id, m.name, m.unit
  FROM ids LEFT JOIN user_metrics m ON m.user_id = $1 AND m.metric_id = ids.metric_id
 WHERE ids.metric_id IS NOT NULL
 ORDER BY ids.metric_id`;

interface QuantityRow extends Record<string, unknown> {
  readonly metric_id: number;
  readonly name: string | null;
  readonly unit: string | null;
}

/**
 * The metrics of one family that a user has samples of, in the order of their ids; of heart rate and blood pressure the
 * one metric, whether or not there are samples. At most one statement.
 *
 * An id that neither the catalogue nor the user knows (of an extension that is gone) is named `metric_<id>`, without a
 * unit: its samples are exported all the same.
 */
export async function findExportedMetrics(
  tx: Transaction,
  catalogue: Catalogue,
  userId: string,
  family: SampleFamily,
): Promise<ExportedMetric[]> {
  if (family !== 'quantity') {
    const { name, unit } = catalogue.find(family) as MetricDefinition;
    return [{ family, metricId: null, name, unit }];
  }
  const rows = await tx.query<QuantityRow>(quantityIdsSql, [userId]);
  return rows.map(({ metric_id: metricId, name, unit }) => {
    const known = catalogue.byId(metricId);
    return {
      family,
      metricId,
      name: name ?? known?.name ?? `metric_${metricId}`,
      unit: unit ?? known?.unit ?? '',
    };
  });
}
