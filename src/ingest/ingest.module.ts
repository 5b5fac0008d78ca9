import { type DynamicModule, Module } from '@nestjs/common';
import { ChunkSize } from '../batch/chunk-size';
import { IdentityModule } from '../identity/identity.module';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { OverloadModule } from '../overload/overload.module';
import { AdmissionService } from './admission.service';
import { DeferredIngestService } from './deferred-ingest.service';
import { ImportService } from './import.service';
import { ImportsController } from './imports.controller';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestContextService } from './ingest-context.service';
import { IngestMetrics, ingestCounterProviders } from './ingest-metrics';
import { IngestionProcessor } from './process/ingestion.processor';
import { KeptIngestionRepository } from './process/kept-ingestion.repository';
import { SlowBodiesService } from './receive/slow-bodies.service';
import { IngestionRepository } from './store/ingestion.repository';
import { PayloadQueue } from './store/payload-queue.service';
import { PayloadStore } from './store/payload-store.service';
import { SpilledBodyRepository } from './store/spilled-body.repository';
import { UserMetricRepository } from './store/user-metric.repository';

/** What the controller needs. */
const receiving = [AdmissionService, IngestService, SlowBodiesService];

/** Taking in what the phone sends. */
@Module({})
export class IngestModule {
  /** With its routes where `serves`; the work on what they leave behind is there in any case. */
  static register({ serves }: { readonly serves: boolean }): DynamicModule {
    return {
      module: IngestModule,
      imports: [IdentityModule, MonitoringModule, OverloadModule],
      controllers: serves ? [IngestController, ImportsController] : [],
      providers: [
        ...ingestCounterProviders,
        ChunkSize,
        DeferredIngestService,
        ImportService,
        IngestContextService,
        IngestMetrics,
        IngestionProcessor,
        IngestionRepository,
        KeptIngestionRepository,
        PayloadQueue,
        PayloadStore,
        SpilledBodyRepository,
        UserMetricRepository,
        ...(serves ? receiving : []),
      ],
    };
  }
}
