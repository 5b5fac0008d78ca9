import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import type { Phone } from '../support/phone';
import { sendRequest } from '../support/send-request';
import { type Service, startService } from '../support/service';

// biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what a document holds
type Anything = any;

let service: Service;
let phone: Phone;
let document: Anything;
let ingestionId: string;

beforeAll(async () => {
  service = await startService();
  phone = await service.newPhone({ scopes: ['ingest:write', 'read', 'export', 'admin'] });
  ingestionId = (await phone.post(exportOfEverything())).json.ingestionId;
  document = (await phone.get('/openapi.json')).json;
});

afterAll(() => service?.stop());

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly told: Anything;
}

function operations(): Operation[] {
  return Object.entries(document.paths as Record<string, Record<string, Anything>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, told]) => ({ method, path, told })),
  );
}

/** The status of an operation's answer. */
function successOf({ responses }: Anything): string {
  return Object.keys(responses).find((status) => status.startsWith('2')) ?? '';
}

test('the document is OpenAPI 3.1 and a linter finds nothing wrong with it', async () => {
  expect(document.openapi).toBe('3.1.0');
  const { createConfig, lintFromString } = await import('@redocly/openapi-core');
  // Answers that are no success are told once for all of them, as `default`; the names of the groups speak for themselves.
  const rules = { 'operation-4xx-response': 'off', 'tag-description': 'off' } as const;
  const config = await createConfig({ extends: ['recommended'], telemetry: 'off', rules });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  const found = problems.map(
    ({ severity, ruleId, message, location }) => `${severity} ${ruleId}: ${message} ${location[0]?.pointer}`,
  );
  expect(found).toEqual([]);
});

test('every route of the service is in it and described', () => {
  const told = new Set(operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`));
  const unlisted = /^\/($|docs|status|openapi\.json)/;
  const routes = (service.app.getHttpAdapter().getInstance() as Anything)
    .printRoutes({ commonPrefix: false, includeHooks: false })
    .split('\n');
  const served: string[] = [];
  const parents: string[] = [];
  for (const line of routes) {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([^)]*)\))?/.exec(line);
    if (match === null) continue;
    const [, indent = '', part = '', methods = ''] = match;
    const depth = indent.length / 4;
    parents.length = depth;
    parents.push(part);
    const path = parents
      .join('')
      .replace(/:(\w+)/g, '{$1}')
      .replace(/(.)\/$/, '$1');
    for (const method of methods.split(', ')) if (method !== '' && method !== 'HEAD') served.push(`${method} ${path}`);
  }
  const listed = served.filter((route) => !unlisted.test(route.split(' ')[1] ?? ''));
  expect(listed.length).toBeGreaterThan(15);
  expect([...told].sort()).toEqual([...new Set(listed)].sort());
  for (const { path, method, told: operation } of operations()) {
    expect(`${method} ${path}: ${operation.summary ?? ''}`).toMatch(/: ./);
    expect(successOf(operation)).toMatch(/^20[02]$/);
  }
});

test('every example is answered, with an answer that fits its schema', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  const { ecg } = (await phone.get<Anything>('/v1/ecg')).json;
  for (const { method, path, told } of operations()) {
    let address = path;
    const query = new URLSearchParams();
    for (const { name, in: place, schema } of told.parameters ?? []) {
      // Ids that the service draws itself: those of this test's own payload and recording.
      const own = path.includes('/ingestions/')
        ? ingestionId
        : path.includes('/ecg/')
          ? ecg[0].id
          : schema.examples?.[0];
      if (place === 'path') address = address.replace(`{${name}}`, own);
      else if (schema.examples !== undefined) query.set(name, String(schema.examples[0]));
    }
    const body = told.requestBody?.content['application/json'].examples.one.value;
    const reply = await sendRequest({
      port: service.port,
      method: method.toUpperCase(),
      path: query.size === 0 ? address : `${address}?${query}`,
      headers: {
        ...(told.security.length === 0 ? {} : { authorization: `Bearer ${phone.key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const where = `${method} ${address}?${query}`;
    const success = successOf(told);
    const isSuccess = String(reply.status) === success;
    expect(`${where}: ${reply.status} ${isSuccess ? '' : reply.bytes}`).toBe(`${where}: ${success} `);
    const type = String(reply.headers['content-type']).split(';')[0] ?? '';
    const { content } = told.responses[success];
    expect(Object.keys(content)).toContain(type);
    const { schema } = content[type];
    if (type !== 'application/json' || Object.keys(schema).length === 0) continue;
    const validate = ajv.compile(schema);
    validate(JSON.parse(reply.bytes.toString()));
    expect({ where, errors: validate.errors }).toEqual({ where, errors: null });
  }
});

test('what is taken beside JSON is told, and what is answered beside 200', async () => {
  const { paths } = document;
  const taken = paths['/v1/imports'].post.requestBody.content;
  expect(Object.keys(taken)).toEqual(['application/json', 'application/zip', 'application/xml']);
  for (const type of [...Object.keys(taken), 'text/plain']) {
    const { status } = await phone.post('{}', { 'content-type': type }, '/v1/imports');
    expect(`${type}: ${status}`).toBe(`${type}: ${type in taken ? 202 : 415}`);
  }
  const { json, status } = await phone.post(exportOfEverything(), { prefer: 'respond-async' });
  expect(status).toBe(202);
  for (const method of ['post', 'put', 'patch']) {
    const { schema } = paths['/v1/ingest'][method].responses['202'].content['application/json'];
    expect(new Ajv2020({ strict: false, formats: { uuid: true } }).validate(schema, json)).toBe(true);
  }
});

test('every end of a range is told to be exclusive, and every choice of sources has its two words', () => {
  const told = (name: string): string[] =>
    operations().flatMap(({ told: { parameters = [] } }) =>
      parameters.filter((each: Anything) => each.name === name).map((each: Anything) => each.description),
    );
  expect(told('to').length).toBeGreaterThan(8);
  for (const text of told('to')) expect(text).toMatch(/exclusive|the day after the last/i);
  expect(told('source').length).toBe(2);
  for (const text of told('source')) expect(text).toMatch(/best: .*all: /);
});

test('lists answer something under their examples, so that what fits their schemas is no empty list', async () => {
  for (const path of ['/v1/sleep', '/v1/sleep/segments', '/v1/workouts', '/v1/events', '/v1/ecg', '/v1/ingestions']) {
    const { json } = await phone.get<Anything>(path);
    expect(Object.values(json)[0]).not.toHaveLength(0);
  }
});

test('a problem fits the schema that is told for it', async () => {
  const { json } = await phone.get('/v1/metrics/heart_rate?limit=0');
  const ajv = new Ajv2020({ strict: false });
  const { schema } = document.paths['/v1/metrics/{name}'].get.responses.default.content['application/problem+json'];
  expect(ajv.validate(schema, json)).toBe(true);
  expect(ajv.validate(schema, { ...(json as object), more: 1 })).toBe(false);
});

test('the page and its files come from here alone', async () => {
  const at = (path: string) => sendRequest({ port: service.port, method: 'GET', path });
  const page = await at('/docs');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const text = page.bytes.toString();
  const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));
  expect(links.length).toBe(4);
  for (const link of links) {
    expect(link).toMatch(/^\/docs\//);
    expect((await at(link)).status).toBe(200);
  }
  expect((await at('/docs/package.json')).status).toBe(404);
  expect((await at('/docs/..%2Fpackage.json')).status).toBe(404);
});
