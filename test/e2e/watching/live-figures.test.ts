import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SilentAutomations } from '../../../src/ingest/silent-automations.service';
import { promqlQueries } from '../../support/dashboard-queries';
import { projectRoot } from '../../support/project-root';
import { findPrometheusTimeoutMs } from '../../support/prometheus-program';
import { PrometheusServer } from '../../support/prometheus-server';
import { type Service, startService } from '../../support/service';
import { WatchedLoad } from './watched-load';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a runbook's statement says of the partitions of a table. */
interface Month {
  readonly newest: string;
  readonly filled_until: Date;
}

/** What may be empty while all is well, and why. */
const rightlyEmpty: Readonly<Record<string, string>> = {
  'health-export-cache-and-queue: Retries 1': 'No job of a queue failed.',
  'health-export-cache-and-queue: Answering, and failures 2': 'Redis failed at nothing.',
  'health-export-service-levels: Alerts 1': 'No alert waits or fires.',
};

/** The same of series that a rule or panel reads. */
const rightlyAbsent: Readonly<Record<string, string>> = {
  health_export_cache_errors_total: 'Redis failed at nothing.',
  health_export_queue_retries_total: 'No job of a queue failed.',
  'health_export_http_request_duration_seconds_count{route!~"/ready|unmatched", status=~"5.."}': 'No request failed.',
  'health_export_http_request_duration_seconds_count{status=~"5.."}': 'No request failed.',
};

let service: Service;
let prometheus: PrometheusServer;

beforeAll(async () => {
  // Statements of requests are counted for 5 s after each look for advice.
  const limits = { RATE_LIMIT_BURST: String(WatchedLoad.rateLimitBurst), RATE_LIMIT_PER_MIN: '60' };
  service = await startService({ ADVICE_INTERVAL_S: '2', ...limits });
  prometheus = await PrometheusServer.start(service.port);
  const load = await WatchedLoad.prepare(service);
  await load.run();
  // Too seldom for a test.
  await service.app.get(SilentAutomations, { strict: false }).lookup.look();
  // Between two scrapes everything has to grow: of a counter that stands still a rate says nothing.
  await prometheus.scrapes(1);
  await load.run();
  await prometheus.scrapes(3);
}, findPrometheusTimeoutMs);

afterAll(async () => {
  await prometheus?.stop();
  await service?.stop();
});

/** An expression with every comparison as a value, so that it has an answer whether the comparison holds or not. */
function asQuestion(expression: string): string {
  return expression.replace(/ (<|>|<=|>=|==|!=) /g, ' $1 bool ');
}

function rulesOf(file: string): Rule[] {
  const { groups } = parse(readFileSync(join(projectRoot, 'docker/prometheus', file), 'utf8')) as {
    groups: readonly { rules: readonly Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** The series of ours that an expression names. */
function selectorsOf(expression: string): string[] {
  return expression.match(/(?<![:\w])(health_export_\w+|up(?=\{))(\{[^}]*\})?/g) ?? [];
}

/** What runbooks have in blocks of a language; blank lines part expressions. */
function blocksOf(language: 'promql' | 'sql'): string[] {
  const folder = join(projectRoot, 'docs/runbooks');
  const pages = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const blocks = pages.flatMap((text) => [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))]);
  return blocks.map(([, block = '']) => block);
}

async function isAnswered(expression: string): Promise<boolean> {
  return (await prometheus.query(expression)).some(({ value }) => !Number.isNaN(value));
}

describe('with the service under load', () => {
  test('every panel has an answer', async () => {
    const empty: string[] = [];
    const queries = promqlQueries();
    for (const { name, text } of queries) {
      if (!(await isAnswered(text.replaceAll('$__rate_interval', '1m')))) empty.push(name);
    }
    expect(empty.filter((name) => !(name in rightlyEmpty))).toEqual([]);
    expect(queries.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(rightlyEmpty)));
  });

  test('every series that a panel or a rule reads is there', async () => {
    const expressions = [
      ...promqlQueries().map(({ text }) => text),
      ...[...rulesOf('service-levels.yaml'), ...rulesOf('alerts.yaml')].map(({ expr }) => expr),
    ];
    const absent: string[] = [];
    for (const selector of new Set(expressions.flatMap(selectorsOf))) {
      if (!(await isAnswered(selector)) && !(selector in rightlyAbsent)) absent.push(selector);
    }
    expect(absent).toEqual([]);
  });

  test('every recording rule has recorded something, and answers by itself', async () => {
    const empty: string[] = [];
    for (const { record = '', labels, expr } of rulesOf('service-levels.yaml')) {
      const selector = labels === undefined ? '' : `{slo="${labels['slo']}"}`;
      // What burns is recorded while it burns.
      const recorded = record.includes('burning') || (await isAnswered(`${record}${selector}`));
      if (!recorded || !(await isAnswered(asQuestion(expr)))) empty.push(`${record}${selector}`);
    }
    expect(empty).toEqual([]);
  });

  test('every expression of a runbook has an answer', async () => {
    const expressions = blocksOf('promql').flatMap((block) => block.trim().split('\n\n'));
    const empty: string[] = [];
    for (const expression of new Set(expressions)) {
      const mayBeEmpty = Object.keys(rightlyAbsent).some((selector) => expression.includes(selector));
      if (!(await isAnswered(expression)) && !mayBeEmpty) empty.push(expression);
    }
    expect(empty).toEqual([]);
    expect(expressions.length).toBeGreaterThan(40);
  });

  test('every statement of a runbook can be run; one finds what was parked, one the newest month', async () => {
    const statements = blocksOf('sql');
    const answers: object[][] = [];
    for (const statement of statements) answers.push(await service.sql(statement));
    const parked = answers[statements.findIndex((statement) => statement.includes(`r.status = 'parked'`))];
    expect(parked).toMatchObject([{ error_code: 'json_malformed', ingestions: '2' }]);
    const months = answers[statements.findIndex((statement) => statement.includes('relpartbound'))] as Month[];
    expect(months).toHaveLength(6);
    for (const { newest, filled_until: end } of months) {
      const last = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 1, 1)).toISOString();
      expect(newest).toMatch(new RegExp(`_${last.slice(0, 7).replace('-', '_')}$`));
      expect(end.getTime()).toBeGreaterThan(Date.now());
    }
    expect(statements.length).toBeGreaterThan(8);
  });

  test('every alert could tell', async () => {
    const deaf: string[] = [];
    for (const { alert = '', expr } of rulesOf('alerts.yaml')) {
      if (expr.startsWith('slo:health_export_burning:')) continue;
      if (!(await isAnswered(asQuestion(expr)))) deaf.push(alert);
    }
    expect(deaf).toEqual([]);
  });
});
