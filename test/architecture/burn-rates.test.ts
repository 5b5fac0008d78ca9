import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { promises } from '../../src/service-levels/promises';
import { isGetOf, isIngest, isQuery } from '../../src/service-levels/source-metrics';
import { projectRoot } from './read-project-files';

interface Rule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: { readonly slo: string };
}

const { groups } = parse(readFileSync(join(projectRoot, 'docker/prometheus/service-levels.yaml'), 'utf8')) as {
  groups: readonly { rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const expressionOf = (slo: string, record: string): string =>
  rules.find((rule) => rule.labels?.slo === slo && rule.record === `slo:health_export_${record}`)?.expr ?? '';

/** Specific to Prometheus: the specification promises no share of requests that do not fail. */
const own = ['availability'];
const names = [...new Set(rules.flatMap(({ labels }) => labels?.slo ?? []))].filter((slo) => !own.includes(slo));

/** Whether the matchers of a selector choose these labels, as Prometheus would: whole, and a missing label is empty. */
function chooses(selector: string, labels: Readonly<Record<string, string>>): boolean {
  return [...selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].every(([, name = '', operator = '', value = '']) => {
    const actual = labels[name] ?? '';
    const isSame = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
    return isSame !== operator.startsWith('!');
  });
}

const requests = ['GET', 'POST', 'PUT', 'DELETE', 'other'].flatMap((method) =>
  [
    '/v1/ingest',
    '/v1/imports',
    '/v1/metrics',
    '/v1/metrics/:name',
    '/v1/metricsx',
    '/v1/recent',
    '/v1/series',
    '/v1/summary',
    '/v1/workouts/:id',
    '/v1/events',
    '/v1/ecg',
    '/v1/sleep/days',
    '/v1/ingestions/:id',
    '/v1/ingestions/:id/raw',
    '/v1/export',
    '/v1/sources',
    '/health',
    '/ready',
    'unmatched',
  ].map((route) => ({ method, route })),
);

describe('a service level that Prometheus records under the name of a promise', () => {
  test.each(names)('%s has its limit and its share', (slo) => {
    const promise = promises.find(({ id }) => id === slo);
    const limit = promise?.floor ?? promise?.goal;
    const [, bound] = expressionOf(slo, 'bad:rate5m').match(/le=~?"([\d.]+)/) ?? [];
    expect(Number(bound)).toBe(limit);
    const share = Number(slo.match(/_p(\d\d)$/)?.[1]) / 100;
    expect(expressionOf(slo, 'budget:ratio')).toBe(`vector(${Number((1 - share).toFixed(2))})`);
  });

  test.each([
    ['ingest_p95', isIngest],
    ['query_p95', isQuery],
    ['health_p99', isGetOf('/health')],
    ['ready_p99', isGetOf('/ready')],
  ] as const)('%s is made of the same requests', (slo, isChosen) => {
    const selector = expressionOf(slo, 'requests:rate5m').match(/\{.*\}/)?.[0] ?? '';
    for (const labels of requests) {
      expect(chooses(selector, { ...labels, status: '200' }), JSON.stringify(labels)).toBe(isChosen(labels));
    }
    expect(chooses(selector, { method: 'GET', route: '/ready', status: '404' })).toBe(false);
  });
});
