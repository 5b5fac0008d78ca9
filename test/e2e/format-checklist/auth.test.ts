import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyService } from '../../../src/identity/key.service';
import { oneMetric, secondOf } from '../../support/health-export';
import { RawExchange } from '../../support/raw-exchange';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';
import { countAllRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const body = JSON.stringify(oneMetric('step_count', 'count', { date: secondOf(1), qty: 1 }));

/** Posts with these headers and no others of a key. */
async function post(headers: Record<string, string>, method = 'POST', path = '/v1/ingest') {
  const reply = await sendRequest({ port: service.port, method, path, headers, body });
  const json = JSON.parse(reply.bytes.toString()) as Record<string, unknown>;
  return { status: reply.status, headers: reply.headers, json };
}

describe('a key is taken', () => {
  const places: readonly (readonly [string, (key: string) => Record<string, string>])[] = [
    ['Bearer', (key) => ({ Authorization: `Bearer ${key}` })],
    ['bearer in lower case', (key) => ({ authorization: `bearer ${key}` })],
    ['X-API-Key', (key) => ({ 'X-API-Key': key })],
    ['api-key', (key) => ({ 'api-key': key })],
  ];
  test.each(places)('%s', async (_name, headersOf) => {
    const phone = await service.newPhone();
    expect(await post(headersOf(phone.key))).toMatchObject({ status: 200, json: { stored: 1 } });
  });

  test.each([['PUT'], ['PATCH']])('%s does the same as POST', async (method) => {
    const phone = await service.newPhone();
    const headers = { 'x-api-key': phone.key };
    expect(await post(headers, method)).toMatchObject({ status: 200, json: { stored: 1 } });
    expect(await post(headers, 'POST')).toMatchObject({ status: 200, json: { unchanged: 1 } });
  });
});

describe('a key is refused and nothing is written', () => {
  const refusals: readonly (readonly [string, () => Promise<Record<string, string>>, number, string])[] = [
    ['missing', async () => ({}), 401, 'key_missing'],
    ['empty', async () => ({ authorization: 'Bearer ' }), 401, 'key_missing'],
    ['wrong: words', async () => ({ 'api-key': 'let me in' }), 401, 'key_invalid'],
    ['wrong: of a user’s name and password', async () => ({ authorization: 'Basic bWU6cGFzcw==' }), 401, 'key_missing'],
    [
      'wrong: a character less',
      async () => ({ 'api-key': (await service.newPhone()).key.slice(0, -1) }),
      401,
      'key_invalid',
    ],
    ['wrong: 8,000 characters', async () => ({ 'api-key': 'hx_'.padEnd(8000, 'a') }), 401, 'key_invalid'],
    [
      'expired',
      async () => ({ 'api-key': (await service.newPhone({ expiresAt: new Date(Date.now() - 1000) })).key }),
      401,
      'key_expired',
    ],
    [
      'without the scope',
      async () => ({ 'api-key': (await service.newPhone({ scopes: ['read'] })).key }),
      403,
      'scope_missing',
    ],
  ];
  test.each(refusals)('%s', async (_name, makeHeaders, status, code) => {
    const headers = await makeHeaders();
    const before = await countAllRows(service);
    const answer = await post(headers);
    expect(answer).toMatchObject({ status, json: { status, code } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await countAllRows(service)).toEqual(before);
  });

  test('revoked, also when it was in use just before', async () => {
    const phone = await service.newPhone();
    expect((await phone.post(body)).status).toBe(200);
    await service.app.get(KeyService).revoke(phone.keyId, 'cli');
    let answer = await phone.post(body);
    for (const deadlineMs = Date.now() + 3000; answer.status === 200 && Date.now() < deadlineMs; ) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await phone.post(body);
    }
    expect(answer).toMatchObject({ status: 401, json: { code: 'key_revoked' } });
  });

  test('a key with the scope to send only cannot read, and the other way round', async () => {
    const [sender, reader] = await Promise.all([
      service.newPhone({ scopes: ['ingest:write'] }),
      service.newPhone({ scopes: ['read'] }),
    ]);
    expect((await sender.get('/v1/metrics')).status).toBe(403);
    expect((await reader.get('/v1/metrics')).status).toBe(200);
    expect((await reader.post(body)).status).toBe(403);
  });

  test('constant-time: the answer does not tell an unknown key from a wrong secret', async () => {
    const [unknown, wrong] = await Promise.all([service.newPhone(), service.newPhone()]);
    await service.sql('DELETE FROM api_keys WHERE key_id = $1', [unknown.keyId]);
    await service.sql(`UPDATE api_keys SET digest = sha256(digest) WHERE key_id = $1`, [wrong.keyId]);
    const [first, second] = await Promise.all([unknown.post(body), wrong.post(body)]);
    const visible = ({ status, json, headers }: typeof first) => {
      const { 'x-request-id': _id, date: _date, ...others } = headers;
      return { status, others, json: { ...json, requestId: '' } };
    };
    expect(first).toMatchObject({ status: 401, json: { code: 'key_invalid' } });
    expect(visible(first)).toEqual(visible(second));
  });

  test('one user’s key does not read another one’s data', async () => {
    const [one, other] = await Promise.all([service.newPhone(), service.newPhone()]);
    const { json } = await one.post(body);
    expect((await one.get(`/v1/ingestions/${json.ingestionId}`)).status).toBe(200);
    expect((await other.get(`/v1/ingestions/${json.ingestionId}`)).status).toBe(404);
    expect((await other.get(`/v1/ingestions/${json.ingestionId}/raw`)).status).toBe(404);
  });
});

describe('before body is read', () => {
  const head = (key: string, ...more: string[]): string[] => [
    'POST /v1/ingest HTTP/1.1',
    'Host: test',
    `api-key: ${key}`,
    'Content-Type: application/json',
    ...more,
  ];

  test('a wrong key is answered without a byte of the body, and the connection is closed', async () => {
    const exchange = new RawExchange(service.port);
    exchange.sendHead(head('wrong', 'Content-Length: 200000000'));
    const answer = await exchange.answer(3000);
    expect(answer.status).toBe(401);
    expect(answer.head).toContain('connection: close');
    await exchange.closed();
    exchange.destroy();
  });

  test('a key without the scope is answered without a byte of the body', async () => {
    const phone = await service.newPhone({ scopes: ['read'] });
    const exchange = new RawExchange(service.port);
    exchange.sendHead(head(phone.key, 'Content-Length: 200000000'));
    expect((await exchange.answer(3000)).status).toBe(403);
    exchange.destroy();
  });

  test('Expect: 100-continue is answered only after authentication', async () => {
    const refused = new RawExchange(service.port);
    refused.sendHead(head('wrong', `Content-Length: ${body.length}`, 'Expect: 100-continue'));
    expect(await refused.isToldToContinue(3000)).toBe(false);
    expect((await refused.answer(3000)).status).toBe(401);
    refused.destroy();

    const accepted = new RawExchange(service.port);
    const { key } = await service.newPhone();
    accepted.sendHead(head(key, `Content-Length: ${body.length}`, 'Expect: 100-continue'));
    expect(await accepted.isToldToContinue(3000)).toBe(true);
    accepted.send(body);
    expect((await accepted.answer(3000)).status).toBe(200);
    accepted.destroy();
  });
});
