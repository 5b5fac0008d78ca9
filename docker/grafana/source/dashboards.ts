import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { cacheAndQueue } from './cache-and-queue.dashboard';
import { database } from './database.dashboard';
import { ingest } from './ingest.dashboard';
import { node } from './node.dashboard';
import { personDashboard } from './person.dashboard';
import { serviceLevels } from './service-levels.dashboard';

/** Every dashboard, each of which is the file `<uid>.json` in `docker/grafana/dashboards`. */
export const dashboards: readonly Dashboard[] = [serviceLevels, ingest, database, cacheAndQueue, node, personDashboard];

/** The text of a dashboard's file. */
export function fileOf(dashboard: Dashboard): { readonly name: string; readonly text: string } {
  return { name: `${dashboard.uid}.json`, text: `${JSON.stringify(dashboard, null, 2)}\n` };
}
