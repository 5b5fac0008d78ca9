import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from './read-project-files';

interface Alert {
  readonly alert: string;
  readonly labels: { readonly severity: string; readonly part: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}
interface Case {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: { readonly severity: string } }[];
}

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const { groups } = parse(read('docker/prometheus/alerts.yaml')) as { groups: readonly { rules: readonly Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);
const { tests } = parse(read('docker/prometheus/alerts.test.yaml')) as {
  tests: readonly { alert_rule_test: readonly Case[] }[];
};
const cases = tests.flatMap(({ alert_rule_test: all }) => all);
const headings = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];

/** `PoolExhausted` to `pool-exhausted`. */
const pageOf = (alert: string): string => alert.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();

describe('each alert', () => {
  test.each(alerts)('$alert ($labels.severity) says what it is, how urgent, and where to read on', (alert) => {
    const { summary, description, runbook_url: page } = alert.annotations;
    expect(['page', 'ticket']).toContain(alert.labels.severity);
    expect(alert.labels.part).toMatch(/^[a-z]+$/);
    expect([summary, description].every((text) => text.endsWith('.'))).toBe(true);
    expect(page).toBe(`docs/runbooks/${pageOf(alert.alert)}.md`);
    expect(existsSync(join(projectRoot, page)), page).toBe(true);
  });

  test.each(alerts)('$alert ($labels.severity) has a case that fires and one that stays silent', (alert) => {
    const own = cases.filter(({ alertname }) => alertname === alert.alert);
    const fired = own.filter(({ exp_alerts: expected }) =>
      expected.some(({ exp_labels: labels }) => labels.severity === alert.labels.severity),
    );
    expect(fired.length, 'fires').toBeGreaterThan(0);
    expect(own.filter(({ exp_alerts: expected }) => expected.length === 0).length, 'stays silent').toBeGreaterThan(0);
  });
});

describe('each runbook', () => {
  const pages = readdirSync(join(projectRoot, 'docs/runbooks')).filter((name) => name !== 'README.md');

  test.each(pages)('%s is of an alert, and has its four parts in order', (page) => {
    const alert = alerts.find((each) => `${pageOf(each.alert)}.md` === page);
    const text = read(`docs/runbooks/${page}`);
    expect(text.split('\n')[0]).toBe(`# ${alert?.alert}`);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(headings);
  });

  test('is in the list of them', () => {
    const listed = [...read('docs/runbooks/README.md').matchAll(/^- \[\w+\]\(([\w-]+\.md)\)$/gm)].map(
      ([, page]) => page,
    );
    expect(listed.sort()).toEqual(pages.toSorted());
  });

  test.each(pages)('%s names settings, files and commands that are there', (page) => {
    const text = read(`docs/runbooks/${page}`);
    const settings = read('.env.example');
    for (const [, name = ''] of text.matchAll(/`([A-Z]+_[A-Z_]+)`/g)) {
      expect(settings, name).toContain(`\n# ${name}=`);
    }
    for (const [, path = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) {
      expect(existsSync(join(projectRoot, 'docs/runbooks', path)), path).toBe(true);
    }
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts, script).toHaveProperty([script]);
  });
});
