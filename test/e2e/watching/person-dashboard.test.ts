import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqlQueries } from '../../support/dashboard-queries';
import type { Phone } from '../../support/phone';
import { projectRoot } from '../../support/project-root';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';
import { sendPersonData, shownByDay } from './person-data';

const role = 'health_export_reader';
const range = { from: '2024-04-28T00:00:00Z', to: '2024-05-06T00:00:00Z' };

/** A step of a plan of PostgreSQL. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

type Row = Readonly<Record<string, unknown>>;

let service: Service;
let phone: Phone;
let other: Phone;
let reader: Pool;

async function settle(): Promise<void> {
  await until(async () => (await service.sql('SELECT FROM rollup_marks LIMIT 1')).length === 0);
}

beforeAll(async () => {
  service = await startService();
  [phone, other] = [await service.newPhone(), await service.newPhone()];
  await sendPersonData(phone);
  await settle();
  // psql reads the password from its environment.
  const script = readFileSync(join(projectRoot, 'docker/grafana/reader.sql'), 'utf8').replace(/^\\getenv .+$/m, '');
  for (const _ of ['first start', 'second start']) await service.sql(script.replace(":'password'", "'reader'"));
  const url = new URL(service.place.database.ownerUrl);
  [url.username, url.password] = [role, 'reader'];
  reader = new Pool({ connectionString: url.href, max: 1 });
});

afterAll(async () => {
  await reader?.end();
  // Roles belong to the whole server.
  await service?.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await service?.stop();
});

/** A statement as Grafana sends it: with its macros and variables filled in. */
function asSent(text: string, userId: string): string {
  return text
    .replaceAll('$__timeFrom()', `'${range.from}'`)
    .replaceAll('$__timeTo()', `'${range.to}'`)
    .replaceAll('$person', userId);
}

async function ask(panel: string, index = 1): Promise<Row[]> {
  const name = `health-export-person: ${panel} ${index}`;
  const query = sqlQueries().find((each) => each.name === name);
  if (query === undefined) throw new Error(`there is no ${name}`);
  return (await reader.query(asSent(query.text, phone.userId))).rows;
}

/** The date of a timestamp without zone, which the driver takes for local time. */
function dayOf(time: unknown): string {
  const local = time as Date;
  return new Date(local.getTime() - local.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

const rounded = (value: unknown): number | null => (value === null ? null : Number(Number(value).toFixed(6)));

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

interface Bucket {
  readonly start: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly systolic?: number;
  readonly diastolic?: number;
}

async function buckets(metric: string, bucket: 'hour' | 'day'): Promise<readonly Bucket[]> {
  const path = `/v1/metrics/${metric}?bucket=${bucket}&from=2024-04-28&to=2024-05-06`;
  return (await phone.get<{ buckets: Bucket[] }>(path)).json.buckets;
}

describe('every statement', () => {
  test('has an answer for a person with data, and none for another one', async () => {
    const wrong: string[] = [];
    for (const { name, text } of sqlQueries()) {
      const { rows } = await reader.query(asSent(text, phone.userId));
      const others = await reader.query(asSent(text, other.userId));
      const isOfAll = name.endsWith(': variable');
      if (rows.length === 0 || (!isOfAll && others.rows.length > 0)) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  test('finds what it reads by an index of the person, whatever there is of others', async () => {
    const scanned: string[] = [];
    await reader.query('SET enable_seqscan = off');
    for (const { name, text } of sqlQueries().filter((each) => !each.name.endsWith(': variable'))) {
      const plan = await reader.query(`EXPLAIN (FORMAT JSON) ${asSent(text, phone.userId)}`);
      const scans = nodesOf(plan.rows[0]['QUERY PLAN'][0].Plan).filter((node) => /Seq|Index/.test(node['Node Type']));
      expect(scans, name).not.toEqual([]);
      const isOfPerson = (node: PlanNode): boolean => node['Index Cond']?.includes(phone.userId) ?? false;
      if (!scans.every(isOfPerson)) scanned.push(name);
    }
    await reader.query('RESET enable_seqscan');
    expect(scanned).toEqual([]);
  });
});

describe('a panel says what the API says', () => {
  const energies = { active_energy: 1, basal_energy_burned: 2 } as Readonly<Record<string, number>>;

  test.each([{ priority: [] }, { priority: ['iPhone'] }, { priority: ['Watch', 'iPhone'] }])(
    'of days, with the preference $priority',
    async ({ priority }) => {
      expect((await phone.put('/v1/sources', { priority })).status).toBe(200);
      for (const [metric, title] of Object.entries(shownByDay)) {
        const rows = await ask(title, energies[metric] ?? 1);
        const shown = rows.map(({ time, ...values }) => [dayOf(time), ...Object.values(values).map(rounded)]);
        const told = (await buckets(metric, 'day')).map(({ start, value }) => [start, rounded(value)]);
        expect(shown, metric).toEqual(told);
        expect(told.length, metric).toBe(3);
      }
    },
  );

  test('of hours', async () => {
    const rows = await ask('Heart rate by hour');
    const told = await buckets('heart_rate', 'hour');
    expect(rows.map(({ lowest, mean, highest }) => [lowest, mean, highest].map(rounded))).toEqual(
      told.map(({ min, value, max }) => [min, value, max].map(rounded)),
    );
    expect(told.length).toBe(9);
  });

  test('of blood pressure', async () => {
    const [systolic, diastolic] = [await ask('Blood pressure', 1), await ask('Blood pressure', 2)];
    const told = await buckets('blood_pressure', 'day');
    expect(systolic.map((row) => rounded(row['systolic']))).toEqual(told.map((each) => rounded(each.systolic)));
    expect(diastolic.map((row) => rounded(row['diastolic']))).toEqual(told.map((each) => rounded(each.diastolic)));
    expect(new Set(told.map(({ diastolic: value }) => value)).size).toBe(3);
  });

  test('of nights, sent as such and as stages', async () => {
    const rows = await ask('Nights by stage');
    const hours = ['coreHours', 'deepHours', 'remHours', 'asleepHours', 'awakeHours'] as const;
    type Night = { readonly basis: string } & Readonly<Record<(typeof hours)[number], number | null>>;
    const answer = await phone.get<{ days: { date: string; night: Night | null }[] }>(
      '/v1/sleep/days?from=2024-04-28&to=2024-05-06',
    );
    const told = answer.json.days.flatMap(({ date, night }) =>
      night === null ? [] : [[date, ...hours.map((name) => rounded(night[name]))]],
    );
    const shown = rows.map(({ time, ...values }) => [dayOf(time), ...Object.values(values).map(rounded)]);
    expect(shown).toEqual(told);
    expect(answer.json.days.map(({ night }) => night?.basis)).toEqual(['stages', 'night']);
  });
});

describe('the role of the dashboard', () => {
  test.each([
    'SELECT * FROM users',
    'SELECT digest FROM api_keys',
    'SELECT body FROM raw_ingestions',
    'SELECT route FROM workouts',
    'SELECT value FROM heart_rate_metrics',
    'SELECT details FROM audit_log',
    'DELETE FROM metric_rollups',
  ])('may not: %s', async (sql) => {
    await expect(reader.query(`BEGIN READ WRITE; ${sql}`)).rejects.toMatchObject({ code: '42501' });
    await reader.query('ROLLBACK');
  });

  test('is told by row-level security who may be seen', async () => {
    const { rows } = await reader.query(`SELECT current_setting('app.user_ids')::uuid[]::text[] AS ids`);
    expect(rows[0].ids.sort()).toEqual([phone.userId, other.userId].sort());
  });
});
