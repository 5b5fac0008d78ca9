import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isQuery } from '../../../src/service-levels/source-metrics';
import type { Phone } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';

const token = 'a-token-of-the-metrics';

let open: Service;
let closed: Service;
let behindProxy: Service;
let admin: Phone;
let reader: Phone;

beforeAll(async () => {
  open = await startService();
  closed = await startService({ STATUS_ACCESS: 'key', METRICS_TOKEN: token }, { beside: open });
  behindProxy = await startService({ PUBLIC_URL: 'https://health.example.org' }, { beside: open });
  admin = await open.newPhone({ scopes: ['admin'] });
  reader = await open.newPhone();
});

afterAll(async () => {
  await behindProxy?.stop();
  await closed?.stop();
  await open?.stop();
});

/** Status and code of an answer. */
async function ask({ port }: Service, path: string, headers: Record<string, string> = {}) {
  const { status, bytes, headers: told } = await sendRequest({ port, method: 'GET', path, headers });
  const code = status === 200 ? null : JSON.parse(bytes.toString()).code;
  return { status, code, headers: told };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const path = '/v1/service-levels';

describe('/v1/service-levels', () => {
  test('is for keys with the scope admin, and never kept by anybody on the way', async () => {
    for (const service of [open, closed, behindProxy]) {
      const answer = await ask(service, path, bearer(admin.key));
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('private, no-store');
      expect(await ask(service, path, bearer(reader.key))).toMatchObject({ status: 403, code: 'scope_missing' });
      expect(await ask(service, path, bearer(`${admin.key}x`))).toMatchObject({ status: 401, code: 'key_invalid' });
    }
  });

  test('answers programs on this machine without a key, and nothing else does', async () => {
    expect(await ask(open, path)).toMatchObject({ status: 200 });
    expect(await ask(open, path, { host: `localhost:${open.port}` })).toMatchObject({ status: 200 });
    for (const other of ['/v1/advice', '/v1/metrics', '/v1/recent']) {
      expect(await ask(open, other)).toMatchObject({ status: 401, code: 'key_missing' });
    }
  });

  test.each([{ 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }, { host: 'health.example.org' }])(
    'asks for a key what came through a proxy or by another name: %j',
    async (headers) => {
      expect(await ask(open, path, headers as unknown as Record<string, string>)).toMatchObject({
        status: 401,
        code: 'key_missing',
      });
    },
  );

  test('asks everybody for a key where STATUS_ACCESS says so, and behind a proxy that PUBLIC_URL tells of', async () => {
    for (const service of [closed, behindProxy]) {
      for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }, { host: '127.0.0.1' }]) {
        expect(await ask(service, path, headers)).toMatchObject({ status: 401, code: 'key_missing' });
      }
    }
  });
});

describe('/metrics', () => {
  test('is open without METRICS_TOKEN', async () => {
    expect(await ask(open, '/metrics')).toMatchObject({ status: 200 });
  });

  test('asks for the token where it is set', async () => {
    for (const headers of [{}, bearer('wrong'), bearer(''), bearer(`${token}x`), { authorization: `Basic ${token}` }]) {
      const answer = await ask(closed, '/metrics', headers);
      expect(answer).toMatchObject({ status: 401, code: 'metrics_token_invalid' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect(await ask(closed, '/metrics', bearer(token))).toMatchObject({ status: 200 });
  });
});

test('every question is judged as one, and what is not one is known', async () => {
  const { paths } = (await admin.get<{ paths: Record<string, object> }>('/openapi.json')).json;
  const asked = Object.entries(paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
  const routes = asked.map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
  const others = routes.filter((route) => !isQuery({ method: 'GET', route }));
  expect(others.sort()).toEqual([
    '/health',
    '/metrics',
    '/ready',
    '/v1/advice',
    '/v1/export',
    '/v1/ingestions/:id/raw',
    '/v1/service-levels',
  ]);
  expect(routes.length - others.length).toBeGreaterThan(12);
});
