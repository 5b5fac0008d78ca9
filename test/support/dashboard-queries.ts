import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr?: string; readonly rawSql?: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
}

/** One question of a dashboard. */
export interface DashboardQuery {
  /** Dashboard, panel and number, for messages and for lists of exceptions. */
  readonly name: string;
  readonly text: string;
}

const folder = join(projectRoot, 'docker', 'grafana', 'dashboards');

/** The dashboards as they are committed. */
function dashboards(): readonly Dashboard[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard);
}

function queriesOf(kind: 'expr' | 'rawSql'): DashboardQuery[] {
  return dashboards().flatMap(({ uid, panels }) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap((target, index) => {
        const text = target[kind];
        return text === undefined ? [] : [{ name: `${uid}: ${title} ${index + 1}`, text }];
      }),
    ),
  );
}

/** Every PromQL expression of every panel. */
export const promqlQueries = (): DashboardQuery[] => queriesOf('expr');

/** Every SQL statement of every panel, and those that fill variables. */
export function sqlQueries(): DashboardQuery[] {
  const variables = dashboards().flatMap(({ uid, templating }) =>
    templating.list.flatMap(({ type, query }) => (type === 'query' ? [{ name: `${uid}: variable`, text: query }] : [])),
  );
  return [...variables, ...queriesOf('rawSql')];
}
