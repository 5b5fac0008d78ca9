import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { type AnyPanel, figure, type GraphStyle, graph, type Limits, type PanelContent, table } from './panels';

/** What Grafana puts in for it fits the time shown, and is never less than four scrapes. */
export const step = '$__rate_interval';

/** The Prometheus that is chosen at the top of the dashboard. */
const prometheus = { type: 'prometheus', uid: '$datasource' };

/** What is asked, and how a line of it is named: `{{label}}` is the value of a label. */
export type Query = readonly [expr: string, legend: string];

type Content = Omit<PanelContent, 'datasource' | 'queries'>;

const refIdOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** A graph of these expressions. */
export function graphOf(content: Content, queries: readonly Query[], style?: GraphStyle): AnyPanel {
  const targets = queries.map(([expr, legend], index) =>
    new DataqueryBuilder().refId(refIdOf(index)).expr(expr).legendFormat(legend).range(),
  );
  return graph({ ...content, datasource: prometheus, queries: targets }, style);
}

/** What an expression of one value is now. */
export function figureOf(content: Content, expr: string, limits?: Limits, decimals?: number): AnyPanel {
  const target = new DataqueryBuilder().refId('A').expr(expr).instant();
  return figure({ ...content, datasource: prometheus, queries: [target] }, limits, decimals);
}

/** The series of an expression as rows, as they are now. */
export function tableOf(content: Content, expr: string): AnyPanel {
  const target = new DataqueryBuilder().refId('A').expr(expr).instant().format(PromQueryFormat.Table);
  return table({ ...content, datasource: prometheus, queries: [target] });
}

/** A quantile of a histogram of ours, by `by` beside its bounds. */
export function quantile(q: number, histogram: string, selector = '', by = ''): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${q}, sum by (${labels}) (rate(health_export_${histogram}_bucket${selector}[${step}])))`;
}

/** What a histogram of ours measured on average, by `by`. */
export function mean(histogram: string, by: string): string {
  const of = (part: string): string => `sum by (${by}) (rate(health_export_${histogram}_${part}[${step}]))`;
  return `${of('sum')} / (${of('count')} > 0)`;
}

/** How much a counter of ours grows in a second, by `by`. */
export function rate(counter: string, by: string, selector = ''): string {
  return `sum by (${by}) (rate(health_export_${counter}${selector}[${step}]))`;
}
