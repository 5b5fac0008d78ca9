import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { MaintenanceProcessor } from './maintenance.processor';
import { MaintenanceQueue, maintenanceQueue } from './maintenance.queue';
import { MaintenanceService } from './maintenance.service';
import { MaintenanceTimer } from './maintenance.timer';
import { QueueConnection } from './queue.connection';
import { QueueMetrics, queueMetricProviders } from './queue-metrics.service';
import { queuePrefix, skipVersionCheck } from './queue-options';
import { RollupService } from './rollup.service';
import { RollupTimer } from './rollup.timer';
import { WorkProcessor } from './work/work.processor';
import { WorkQueue, workQueue } from './work/work.queue';
import { WorkSweeper } from './work/work.sweeper';
import { WorkDispatcher } from './work/work-dispatcher.service';
import { WorkHandlers } from './work/work-handlers';
import { WorkMetrics, workMetricProviders } from './work/work-metrics.service';
import { WorkRunner } from './work/work-runner.service';

@Module({ providers: [QueueConnection], exports: [QueueConnection] })
class ConnectionModule {}

/** What a process has and does; see {@link BatchModule.register}. */
export interface BatchOptions {
  /** Whether there is Redis. */
  readonly redis: boolean;
  /** Whether this process works, or only tells others that there is work. */
  readonly works: boolean;
}

/** Work that nobody waits for: what ingestions leave behind, and the upkeep of the partitions and of the roll-ups. */
@Global()
@Module({})
export class BatchModule {
  /** With `redis` by queues that all processes share, and by timers where they fail; without by the timers alone. */
  static register({ redis, works }: BatchOptions): DynamicModule {
    const queueImports = [
      ConnectionModule,
      BullModule.forRootAsync({
        imports: [ConnectionModule],
        inject: [QueueConnection],
        useFactory: ({ redis }: QueueConnection) => ({
          connection: redis,
          prefix: queuePrefix,
          skipVersionCheck,
        }),
      }),
      BullModule.registerQueue({ name: maintenanceQueue }, { name: workQueue }),
    ];
    const working = [...workMetricProviders, WorkMetrics, WorkRunner, WorkSweeper, RollupService, RollupTimer];
    const listening = [MaintenanceProcessor, WorkProcessor];
    return {
      module: BatchModule,
      imports: [MonitoringModule, ...(redis ? queueImports : [])],
      providers: [
        ...queueMetricProviders,
        QueueMetrics,
        MaintenanceService,
        MaintenanceTimer,
        WorkHandlers,
        WorkQueue,
        WorkDispatcher,
        ...(works ? working : []),
        ...(redis ? [MaintenanceQueue] : []),
        ...(redis && works ? listening : []),
      ],
      exports: [WorkDispatcher, WorkHandlers],
    };
  }
}
