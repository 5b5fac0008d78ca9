import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getToken } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceLevelsAnswer } from '../../../src/service-levels/service-levels-answer';
import { runCli } from '../../integration/cli/run-cli';
import { minutesOfHeartRate } from '../../support/minutes-of-heart-rate';
import { type Service, startService } from '../../support/service';

let service: Service;
let closed: Service;
let dataDir: string;
let adminKey: string;
let readerKey: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'health-export-slo-'));
  service = await startService({}, { redisUrl: null });
  closed = await startService({ STATUS_ACCESS: 'key' }, { beside: service, redisUrl: null });
  adminKey = (await service.newPhone({ scopes: ['admin'] })).key;
  readerKey = (await service.newPhone()).key;
});

afterAll(async () => {
  await closed?.stop();
  await service?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function slo(env: Record<string, string>, ...args: readonly string[]) {
  return runCli(['slo', ...args], { DATA_DIR: dataDir, ...env });
}

const urlOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;

describe('npm run slo', () => {
  test('finds the service on this machine, tells each promise on a line and ends with 0 when none is broken', async () => {
    const { exitCode, stdout, stderr } = await slo({ PORT: String(service.port) });
    expect(stdout).toMatch(/^NOW +PROMISE +ASKED FOR +GOAL +5 MIN +1 HOUR +SINCE START +MEASURED$/m);
    expect(stdout).toMatch(/^no data +Ingest, p95 +≤ 200 ms +≤ 50 ms +– +– +– +0$/m);
    expect(stdout).toContain(`Of the process at ${urlOf(service)}`);
    // A busy machine may keep even an idle service from what it promises.
    if (/^BROKEN/m.test(stdout)) expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    else expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('ends with 1 and says which when a promise is broken, as JSON too', async () => {
    const phone = await service.newPhone();
    await phone.post(minutesOfHeartRate(60));
    service.app.get<Counter>(getToken('ingest_samples_received_total'), { strict: false }).inc(2);
    const { exitCode, stdout, stderr } = await slo({}, '--url', urlOf(service), '--json');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Samples not accounted for');
    const answer = serviceLevelsAnswer.parse(JSON.parse(stdout));
    const { windows } = answer.promises.find(({ id }) => id === 'unaccounted_samples') ?? {};
    expect(windows?.fiveMinutes).toMatchObject({ value: 2, verdict: 'broken' });
    const plain = await slo({}, '--url', urlOf(service));
    expect(plain.stdout).toMatch(/^BROKEN +Samples not accounted for +0 +0 +2 +2 +2 +62$/m);
    expect(plain.exitCode).toBe(1);
  });

  test('shows the key that it is given, and no other, where one is wanted', async () => {
    const port = String(closed.port);
    await writeFile(join(dataDir, 'first-key'), `${adminKey}\n`);
    const withoutKey = await slo({ PORT: port });
    expect(withoutKey.exitCode).toBe(1);
    expect(withoutKey.stderr).toContain('wants a key with the scope admin and refuses to answer without');
    expect(withoutKey.stderr).toContain('npm run cli -- keys add');
    expect((await slo({ PORT: port }, '--key', adminKey)).stdout).toContain('PROMISE');
    const refused = await slo({ PORT: port }, '--key', readerKey);
    expect(refused.stderr).toContain('refuses the given one: The key lacks the scope admin.');
    expect(refused.stderr).not.toContain(readerKey);
    // Three processes, each of which may take seconds to start.
  }, 90_000);

  test('says what is wrong where no service, or another one, answers', async () => {
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const elsewhere = await slo({}, '--url', urlOf({ port }));
    expect(elsewhere.exitCode).toBe(1);
    expect(elsewhere.stderr).toMatch(/^What answers at http:\S+ is no Health Export of this version \(200\)\.\n$/);
    await new Promise((resolve) => other.close(resolve));
    const silent = await slo({}, '--url', urlOf({ port }));
    expect(silent).toMatchObject({ exitCode: 1, stdout: '' });
    expect(silent.stderr).toMatch(/^No service answers at http:\S+ \(ECONNREFUSED\); is it running\? Else: --url\n$/);
  });

  test('is told how it is used', async () => {
    expect(await slo({}, '--url', 'ftp://x')).toMatchObject({ exitCode: 2 });
    expect((await slo({ PORT: '0' })).stderr).toContain('--url');
    const { exitCode, stdout } = await slo({}, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Exit code 0');
  });
});
