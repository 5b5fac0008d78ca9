import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect, inject, test } from 'vitest';
import { AppModule } from '../../../src/app.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseService } from '../../../src/database/database.service';
import { Public } from '../../../src/identity/route-access.decorator';
import { FiguresRegistry } from '../../../src/monitoring/figures-registry';
import { StatementSampler } from '../../../src/monitoring/statement-sampler';
import { AdvisorService } from '../../../src/optimizer/advisor.service';
import { createTestDatabase } from '../../support/test-database';
import { openOptimizer } from './open-optimizer';

/** What somebody might add: one route asks for each row, the other one once. */
@Controller('rows')
class RowsController {
  constructor(private readonly database: DatabaseService) {}

  @Get('each')
  @Public()
  each(): Promise<string> {
    return this.database.inReadOnlyTransaction([], async ({ query }) => {
      for (let i = 0; i < 12; i++) await query('SELECT name FROM users WHERE id = $1', [crypto.randomUUID()]);
      return 'done';
    });
  }

  @Get('once')
  @Public()
  once(): Promise<string> {
    return this.database.inReadOnlyTransaction([], async ({ query }) => {
      await query('SELECT name FROM users WHERE id = ANY ($1::uuid[])', [[crypto.randomUUID()]]);
      return 'done';
    });
  }
}

@Module({})
class WithRows {
  static register(...args: Parameters<typeof AppModule.register>) {
    return { module: WithRows, imports: [AppModule.register(...args)], controllers: [RowsController] };
  }
}

test('a route that asks the database once for each row, in the sample that was taken', async () => {
  const database = await createTestDatabase();
  const settings = loadSettings({ LOG_LEVEL: 'error', ADVICE_INTERVAL_S: '0' });
  const connections = { databaseUrl: database.url, databaseOwnerUrl: database.ownerUrl, redisUrl: inject('redisUrl') };
  const module = WithRows.register(settings, connections);
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  try {
    const url = await app.getUrl();
    const sampler = app.get(StatementSampler, { strict: false });
    const ask = async (path: string, times: number) => {
      for (let i = 0; i < times; i++) expect(await (await fetch(`${url}${path}`)).text()).toBe('done');
    };
    await ask('/rows/each', 5);
    expect(app.get(FiguresRegistry, { strict: false }).read().routes).toEqual([]);
    sampler.sample(60_000);
    await ask('/rows/each', 20);
    await ask('/rows/once', 20);
    sampler.stop();
    const { advice } = await app.get(AdvisorService, { strict: false }).report();
    const repeated = advice.filter(({ kind }) => kind === 'repeated_statement');
    expect(repeated.map(({ id }) => id)).toEqual(['repeated_statement:GET-rows-each']);
    expect(repeated[0]?.seen[0]).toBe('SELECT name FROM users WHERE id = $1');
    expect(repeated[0]?.seen[1]).toMatch(/one 12 times\.$/);
  } finally {
    await app.close();
    await database.drop();
  }
});

test('a pool that requests wait for, with the size that was needed', async () => {
  const optimizer = await openOptimizer({ POOL_MAX: '2', POOL_MIN: '0' });
  try {
    const database = optimizer.service.app.get(DatabaseService);
    const work = () => database.inTransaction([], (tx) => tx.query('SELECT pg_sleep(0.02)'));
    await Promise.all(Array.from({ length: 300 }, work));
    const advice = (await optimizer.advise()).get('pool_size:POOL_MAX');
    expect(advice?.undo).toEqual({ setting: 'POOL_MAX', value: '2' });
    const needed = advice !== undefined && 'value' in advice.apply ? Number(advice.apply.value) : 0;
    expect(needed).toBeGreaterThan(2);
    expect(needed).toBeLessThanOrEqual(48);
  } finally {
    await optimizer.close();
  }
});
