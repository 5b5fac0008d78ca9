import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { generateApiKey } from '../../../src/identity/api-key';
import { CurrentIdentity } from '../../../src/identity/current-identity.decorator';
import type { Identity } from '../../../src/identity/identity';
import { KeyService } from '../../../src/identity/key.service';
import { Public, RequireScope } from '../../../src/identity/route-access.decorator';
import { UserService } from '../../../src/identity/user.service';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';
import { RawConnection } from './raw-connection';

@Controller()
class SomeController {
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('read')
  @RequireScope('read')
  read(@CurrentIdentity() identity: Identity): Identity {
    return identity;
  }

  @Post('ingest')
  @RequireScope('ingest:write')
  ingest(@Body() body: unknown): { got: unknown } {
    return { got: body };
  }

  @Post('erase')
  @RequireScope('erase')
  erase(): void {}
}

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let identity: OpenIdentity;
let port: number;
let key: string;
let keyId: string;
const connections: RawConnection[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  identity = await openIdentity(database.url, { controllers: [SomeController] });
  await identity.app.listen(0, '127.0.0.1');
  port = (identity.app.getHttpServer().address() as AddressInfo).port;
  const user = await identity.app.get(UserService).add({ name: 'me', timeZone: 'Asia/Tokyo', actor: 'cli' });
  const newKey = { userId: user.id, name: 'phone', expiresAt: null, actor: 'cli' };
  const issued = await identity.app.get(KeyService).add({ ...newKey, scopes: ['ingest:write', 'read'] });
  key = issued.text;
  keyId = issued.keyId;
});

afterEach(() => {
  for (const connection of connections.splice(0)) connection.destroy();
});

afterAll(async () => {
  await identity?.close();
  await database?.drop();
});

function connectRaw(): RawConnection {
  const connection = new RawConnection(port);
  connections.push(connection);
  return connection;
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { headers });
}

describe('a route', () => {
  test('that is public needs no key', async () => {
    expect(await (await get('/open')).text()).toBe('open');
  });

  test('that is not says how to show a key', async () => {
    const response = await get('/read');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ status: 401, code: 'key_missing' });
  });

  test('knows whose key it was', async () => {
    const response = await get('/read', { 'x-api-key': key });
    expect(await response.json()).toMatchObject({ userName: 'me', timeZone: 'Asia/Tokyo', keyId });
  });

  test('is as closed to HEAD as to GET', async () => {
    const head = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/read`, { method: 'HEAD', headers }).then(({ status }) => status);
    expect([await head({}), await head({ 'x-api-key': key })]).toEqual([401, 200]);
  });

  test('that needs another scope says which', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/erase`, { method: 'POST', headers: { 'x-api-key': key } });
    expect(response.status).toBe(403);
    expect(response.headers.has('www-authenticate')).toBe(false);
    const detail = expect.stringContaining('erase');
    expect(await response.json()).toMatchObject({ status: 403, code: 'scope_missing', detail });
  });

  test('that is not there is a 404 to everybody', async () => {
    expect((await get('/nothing')).status).toBe(404);
  });
});

describe('a refusal does not wait for the body', () => {
  const refusals = [
    { status: 401, path: '/ingest', why: 'no key', headers: [] },
    { status: 401, path: '/ingest', why: 'an unknown key', headers: () => [`api-key: ${generateApiKey().text}`] },
    { status: 403, path: '/erase', why: 'no scope', headers: () => [`api-key: ${key}`] },
    { status: 404, path: '/nothing', why: 'no such route', headers: () => [`api-key: ${key}`] },
    { status: 405, path: '/read', why: 'no such method', headers: () => [`api-key: ${key}`] },
  ];
  const linesOf = (headers: string[] | (() => string[])) => (typeof headers === 'function' ? headers() : headers);

  test.each(refusals)('$status, $why: before its first byte', async ({ status, path, headers }) => {
    const connection = connectRaw();
    connection.sendHead(
      `POST ${path}`,
      'Content-Type: application/json',
      'Content-Length: 1000000',
      ...linesOf(headers),
    );
    await connection.ended;
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(connection.received).toMatch(/\r\nconnection: close\r\n/i);
  });

  test.each(refusals)('$status, $why: nor for the first chunk', async ({ status, path, headers }) => {
    const connection = connectRaw();
    connection.sendHead(`POST ${path}`, 'Transfer-Encoding: chunked', ...linesOf(headers));
    await connection.ended;
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(connection.received).toMatch(/\r\nconnection: close\r\n/i);
  });

  test.each(refusals)('$status, $why: a client that reads only after it sent all gets it', async (refusal) => {
    const connection = connectRaw();
    connection.socket.pause();
    const body = Buffer.alloc(8_000_000, ' ');
    connection.sendHead(`POST ${refusal.path}`, `Content-Length: ${body.length}`, ...linesOf(refusal.headers));
    const sendFault = await new Promise((resolve) => connection.socket.write(body, resolve));
    connection.socket.resume();
    await connection.ended;
    expect(sendFault).toBeFalsy();
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${refusal.status} `));
  });

  test('and a client that never ends is cut off after 5 s', async () => {
    const connection = connectRaw();
    connection.sendHead('POST /ingest', 'Content-Length: 1000000000');
    const cutOff = new Promise((resolve) => connection.socket.once('error', resolve).once('close', resolve));
    const startedAtMs = performance.now();
    const sending = setInterval(() => connection.socket.write('x'), 20);
    await cutOff;
    clearInterval(sending);
    expect(connection.received).toMatch(/^HTTP\/1.1 401 /);
    expect(performance.now() - startedAtMs).toBeGreaterThan(4900);
    expect(performance.now() - startedAtMs).toBeLessThan(7000);
  });
});

test('a refused request without a body keeps its connection', async () => {
  const connection = connectRaw();
  connection.sendHead('GET /read');
  await connection.waitFor(/401[\s\S]*key_missing/);
  connection.sendHead('GET /read', `api-key: ${key}`);
  await connection.waitFor(/HTTP\/1.1 200[\s\S]*"keyId"/);
  expect(connection.received).not.toMatch(/connection: close/i);
});

describe('Expect: 100-continue', () => {
  const body = JSON.stringify({ data: {} });
  const head = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Expect: 100-continue'];

  test('is answered for a good key, and then the body is taken', async () => {
    const connection = connectRaw();
    connection.sendHead('POST /ingest', `api-key: ${key}`, ...head);
    await connection.waitFor(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    connection.socket.write(body);
    await connection.waitFor(/HTTP\/1.1 201[\s\S]*\{"got":\{"data":\{\}\}\}/);
  });

  test.each([
    { status: 401, path: '/ingest', headers: () => [`api-key: ${generateApiKey().text}`] },
    { status: 403, path: '/erase', headers: () => [`api-key: ${key}`] },
    { status: 404, path: '/nothing', headers: () => [`api-key: ${key}`] },
  ])('is not answered before a $status', async ({ status, path, headers }) => {
    const connection = connectRaw();
    connection.sendHead(`POST ${path}`, ...headers(), ...head);
    await connection.ended;
    expect(connection.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(connection.received).not.toContain('100 Continue');
  });
});

describe('what was forgotten stays closed', () => {
  test('a route that does not say who may call it stops the start', async () => {
    @Controller()
    class ForgetfulController {
      @Get('forgotten')
      forgotten(): string {
        return 'secret';
      }
    }
    const forgetful = await openIdentity(database.url, { controllers: [ForgetfulController] });
    await expect(forgetful.app.init()).rejects.toThrow('GET /forgotten says neither @Public() nor @RequireScope()');
    await forgetful.close();
  });

  test('without the hook the guard lets nobody in', async () => {
    const hookless = await openIdentity(database.url, { controllers: [SomeController], hook: false });
    await hookless.app.init();
    const answers = await Promise.all(
      ['/open', '/read'].map((url) => hookless.app.inject({ url, headers: { 'api-key': key } })),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401]);
    await hookless.close();
  });
});
