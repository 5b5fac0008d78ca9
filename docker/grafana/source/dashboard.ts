import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { AnyPanel } from './panels';

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly AnyPanel[];
}

/** What a dashboard is made of. */
export interface DashboardContent {
  /** Permanent: part of its address, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The plug-in of its data. */
  readonly datasource: 'prometheus' | 'grafana-postgresql-datasource';
  readonly rows: readonly Row[];
  readonly variables?: readonly QueryVariableBuilder[];
  readonly from: string;
  /** `browser`, or `utc` where instants are wall-clock readings already. */
  readonly timezone: 'browser' | 'utc';
}

/** The dashboard as Grafana reads it. All of ours are linked to one another. */
export function makeDashboard(content: DashboardContent): Dashboard {
  const { uid, title, description, datasource, rows, variables = [], from, timezone } = content;
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['health-export'])
    .time({ from, to: 'now' })
    .timezone(timezone)
    .refresh(datasource === 'prometheus' ? '30s' : '5m')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data').type(datasource))
    .link(
      new DashboardLinkBuilder('Health Export')
        .type(DashboardLinkType.Dashboards)
        .tags(['health-export'])
        .asDropdown(true)
        .keepTime(true),
    );
  for (const variable of variables) dashboard.withVariable(variable);
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) dashboard.withPanel(panel);
  }
  const built = dashboard.build();
  // Grafana would count them itself, and links to a panel would change with each that is added before it.
  return { ...built, panels: built.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) ?? [] };
}
