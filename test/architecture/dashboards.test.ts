import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dashboards, fileOf } from '../../docker/grafana/source/dashboards';
import { projectRoot } from './read-project-files';

const folder = join(projectRoot, 'docker', 'grafana', 'dashboards');

describe('dashboards', () => {
  test('are committed as their source makes them: npm run dashboards', () => {
    const committed = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(committed.sort(byName)).toEqual(dashboards.map(fileOf).sort(byName));
  });

  test('ask whatever data is chosen at the top', () => {
    for (const { title, panels = [] } of dashboards) {
      for (const panel of panels) {
        if (panel.type !== 'row') {
          expect((panel as { datasource?: { uid?: string } }).datasource?.uid, title).toBe('$datasource');
        }
      }
    }
  });

  test('have panels that lie side by side and on the grid', () => {
    for (const { title, panels = [] } of dashboards) {
      const taken = new Set<string>();
      for (const { gridPos } of panels) {
        const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
        expect(x + w, `${title}: width`).toBeLessThanOrEqual(24);
        for (let column = x; column < x + w; column += 1) {
          for (let line = y; line < y + h; line += 1) {
            expect(taken.has(`${column} ${line}`), `${title}: ${column}, ${line} is taken twice`).toBe(false);
            taken.add(`${column} ${line}`);
          }
        }
      }
    }
  });
});
