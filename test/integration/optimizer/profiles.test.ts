import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type RawReply, sendRequest } from '../../support/send-request';
import { ServiceProcess } from '../../support/service-process';
import { until } from '../../support/until';
import { type OpenOptimizer, openOptimizer } from './open-optimizer';

let optimizer: OpenOptimizer;

beforeAll(async () => {
  optimizer = await openOptimizer({ PROFILE_MAX_S: '20' });
});

afterAll(() => optimizer.close());

function askFor(body: unknown, key = optimizer.admin.key, port = optimizer.service.port): Promise<RawReply> {
  return sendRequest({
    port,
    method: 'POST',
    path: '/v1/profiles',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    timeoutMs: 60_000,
  });
}

function codeOf({ status, bytes }: RawReply): [number, string] {
  return [status, JSON.parse(bytes.toString('utf8')).code];
}

test('a profile of the processor has what Chrome reads: a tree, and a node and a time for each sample', async () => {
  const reply = await askFor({ kind: 'cpu', seconds: 1 });
  expect(reply.status).toBe(200);
  expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="health-export-[\dT-]+\.cpuprofile"$/);
  const profile = JSON.parse(reply.bytes.toString('utf8'));
  const ids = new Set(profile.nodes.map(({ id }: { id: number }) => id));
  expect(profile.nodes[0].callFrame.functionName).toBe('(root)');
  expect(profile.samples.length).toBeGreaterThan(100);
  expect(profile.timeDeltas).toHaveLength(profile.samples.length);
  expect(profile.samples.every((id: number) => ids.has(id))).toBe(true);
  expect(profile.endTime - profile.startTime).toBeGreaterThanOrEqual(900_000);
});

test('a snapshot of the heap has what Chrome reads: as many nodes and edges as it says', {
  timeout: 90_000,
}, async () => {
  // In a process of its own: that of the tests holds a compiler too, which takes half a minute to walk through.
  const { database, dataDir } = optimizer.service.place;
  const env = { DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), DATA_DIR: dataDir, PORT: '0' };
  const child = new ServiceProcess(env);
  const url = new URL(await child.waitUntilListening());
  const reply = await askFor({ kind: 'heap' }, optimizer.admin.key, Number(url.port)).finally(() =>
    child.end('SIGTERM'),
  );
  expect(reply.status).toBe(200);
  expect(reply.headers['content-disposition']).toMatch(/\.heapsnapshot"$/);
  const { snapshot, nodes, edges, strings } = JSON.parse(reply.bytes.toString('utf8'));
  expect(nodes).toHaveLength(snapshot.node_count * snapshot.meta.node_fields.length);
  expect(edges).toHaveLength(snapshot.edge_count * snapshot.meta.edge_fields.length);
  expect(strings).toContain('ProfilerService');
});

test('one at a time; who goes away makes room for the next', async () => {
  const long = async (): Promise<ClientRequest> => {
    const asked = request({
      port: optimizer.service.port,
      method: 'POST',
      path: '/v1/profiles',
      headers: { authorization: `Bearer ${optimizer.admin.key}`, 'content-type': 'application/json' },
    });
    asked.on('error', () => undefined).end(JSON.stringify({ kind: 'cpu', seconds: 20 }));
    await once(asked, 'finish');
    return asked;
  };
  let first = await long();
  // A short one may overtake it, which then is refused itself.
  for (let i = 0; i < 5 && (await askFor({ kind: 'cpu', seconds: 1 })).status !== 409; i++) {
    first.destroy();
    first = await long();
  }
  expect(codeOf(await askFor({ kind: 'heap' }))).toEqual([409, 'profile_running']);
  first.destroy();
  await until(async () => (await askFor({ kind: 'cpu', seconds: 1 })).status === 200, 15_000);
});

test.each([
  [{ kind: 'cpu', seconds: 21 }, 400, 'seconds_invalid'],
  [{ kind: 'cpu', seconds: 0 }, 400, 'body_invalid'],
  [{ kind: 'disk' }, 400, 'body_invalid'],
  [{ kind: 'cpu', second: 1 }, 400, 'body_invalid'],
])('%j is refused with %i %s', async (body, status, code) => {
  expect(codeOf(await askFor(body))).toEqual([status, code]);
});

test('only an administrator may ask', async () => {
  const phone = await optimizer.service.newPhone({ scopes: ['read'] });
  expect(codeOf(await askFor({ kind: 'cpu' }, phone.key))).toEqual([403, 'scope_missing']);
});
