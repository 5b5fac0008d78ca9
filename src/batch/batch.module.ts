import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { MaintenanceConnection } from './maintenance.connection';
import { MaintenanceProcessor } from './maintenance.processor';
import { MaintenanceQueue, maintenanceQueue, queuePrefix, skipVersionCheck } from './maintenance.queue';
import { MaintenanceService } from './maintenance.service';
import { MaintenanceTimer } from './maintenance.timer';
import { RollupService } from './rollup.service';
import { RollupTimer } from './rollup.timer';

@Module({ providers: [MaintenanceConnection], exports: [MaintenanceConnection] })
class ConnectionModule {}

/** Work that nobody waits for: the upkeep of the partitions, and of the roll-ups. */
@Module({})
export class BatchModule {
  /** With `redis` by a queue that all processes share, and by a timer where it fails; without by the timer alone. */
  static register({ redis }: { readonly redis: boolean }): DynamicModule {
    const queueImports = [
      ConnectionModule,
      BullModule.forRootAsync({
        imports: [ConnectionModule],
        inject: [MaintenanceConnection],
        useFactory: ({ redis }: MaintenanceConnection) => ({
          connection: redis,
          prefix: queuePrefix,
          skipVersionCheck,
        }),
      }),
      BullModule.registerQueue({ name: maintenanceQueue }),
    ];
    return {
      module: BatchModule,
      imports: redis ? queueImports : [],
      providers: [
        MaintenanceService,
        MaintenanceTimer,
        RollupService,
        RollupTimer,
        ...(redis ? [MaintenanceQueue, MaintenanceProcessor] : []),
      ],
    };
  }
}
