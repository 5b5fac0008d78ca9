import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { type AnyPanel, type GraphStyle, graph, type PanelContent, table } from './panels';

/** The PostgreSQL that is chosen at the top of the dashboard. */
export const postgres = { type: 'grafana-postgresql-datasource', uid: '$datasource' };

type Content = Omit<PanelContent, 'datasource' | 'queries'>;

/** A query of Grafana's PostgreSQL plug-in, for which the SDK has no builder. */
class SqlQuery implements Dataquery, Builder<Dataquery> {
  readonly rawQuery = true;
  readonly editorMode = 'code';

  constructor(
    readonly refId: string,
    readonly format: 'time_series' | 'table',
    readonly rawSql: string,
  ) {}

  build(): Dataquery {
    return this;
  }

  _implementsDataqueryVariant(): void {
    // What tells a query from other objects, for the SDK's types.
  }
}

/** A graph of every column beside `time` of these statements, which return it in rising order. */
export function sqlGraph(content: Content, statements: readonly string[], style?: GraphStyle): AnyPanel {
  const queries = statements.map((sql, index) => new SqlQuery(String.fromCharCode(65 + index), 'time_series', sql));
  return graph({ ...content, datasource: postgres, queries }, style);
}

/** The rows of a statement. */
export function sqlTable(content: Content, statement: string): AnyPanel {
  return table({ ...content, datasource: postgres, queries: [new SqlQuery('A', 'table', statement)] });
}
