import { type BeforeApplicationShutdown, Injectable, Module } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json';
import { MonitoringModule } from '../../../src/monitoring/monitoring.module';
import { type ProbeResult, ReadinessRegistry } from '../../../src/monitoring/readiness-registry';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenMonitoring, openMonitoring } from './open-monitoring';

let database: TestDatabase;
let open: OpenMonitoring | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await open?.app.close();
  open = null;
});

afterAll(() => database?.drop());

async function start(imports: [new () => object] | [] = []): Promise<OpenMonitoring> {
  open = await openMonitoring({ databaseUrl: database.url, imports });
  return open;
}

const down = (reason: string) => ({ status: 'down', reason });

describe('the probes', () => {
  /** A probe of which a test decides when and how it answers. */
  function controlledProbe(name: string) {
    const calls: ((result: ProbeResult) => void)[] = [];
    return { name, calls, check: () => new Promise<ProbeResult>((resolve) => calls.push(resolve)) };
  }

  test('are asked once for all who want to know within a second, and again after it', async () => {
    const { app, get } = await start();
    const probe = controlledProbe('controlled');
    app.get(ReadinessRegistry, { strict: false }).register(probe);
    const answers = Promise.all(Array.from({ length: 10 }, () => get('/ready')));
    await until(() => probe.calls.length > 0);
    probe.calls[0]?.({ up: true });
    expect((await answers).every(({ status }) => status === 200)).toBe(true);
    await get('/ready');
    expect(probe.calls).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const later = get('/ready');
    await until(() => probe.calls.length === 2);
    probe.calls[1]?.({ up: false, reason: 'broken' });
    expect((await later).body.error).toEqual({ controlled: down('broken') });
  });

  test('are not asked again before they have answered', async () => {
    const { app, get } = await start();
    const probe = controlledProbe('controlled');
    app.get(ReadinessRegistry, { strict: false }).register(probe);
    for (let i = 0; i < 2; i++) expect((await get('/ready')).body.error).toEqual({ controlled: down('timeout') });
    expect(probe.calls).toHaveLength(1);
  });

  test('that fail are down', async () => {
    const { app, get } = await start();
    const check = () => Promise.reject(new Error('a secret'));
    app.get(ReadinessRegistry, { strict: false }).register({ name: 'broken', check });
    const { text, body } = await get('/ready');
    expect(body.error).toEqual({ broken: down('failed') });
    expect(text).not.toContain('secret');
  });

  test('with one name keep the service from starting', async () => {
    @Injectable()
    class SecondRedis {
      constructor(private readonly readiness: ReadinessRegistry) {}

      onModuleInit(): void {
        this.readiness.register({ name: 'redis', check: () => Promise.resolve({ up: true }) });
      }
    }

    @Module({ imports: [MonitoringModule], providers: [SecondRedis] })
    class SecondModule {}

    await expect(start([SecondModule])).rejects.toThrow('two readiness probes are called redis');
  });
});

describe('GET /health', () => {
  test('says that the process answers, since when, and its version', async () => {
    const { get } = await start();
    const { status, headers, body } = await get('/health');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', uptimeS: expect.any(Number), version: packageJson.version });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('stays so while the application stops, when it is no longer ready', async () => {
    const seen: unknown[] = [];

    @Injectable()
    class AsksWhileStopping implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        const { app, get } = open as OpenMonitoring;
        const ready = await get('/ready');
        seen.push(ready.status, ready.body.error);
        // In this phase Terminus begins to say 503 to everything; its own turn may come after this one.
        const terminus: unknown = app.get(HealthCheckService, { strict: false });
        await (
          terminus as { healthCheckExecutor: BeforeApplicationShutdown }
        ).healthCheckExecutor.beforeApplicationShutdown();
        seen.push((await get('/ready')).body.status, (await get('/health')).status);
      }
    }

    @Module({ providers: [AsksWhileStopping] })
    class StoppingModule {}

    const { app } = await start([StoppingModule]);
    await app.close();
    open = null;
    expect(seen).toEqual([503, { requests: down('draining') }, 'shutting_down', 200]);
  });
});
