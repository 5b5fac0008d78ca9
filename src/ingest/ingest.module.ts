import { Module } from '@nestjs/common';
import { ChunkSize } from '../batch/chunk-size';
import { IdentityModule } from '../identity/identity.module';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { OverloadModule } from '../overload/overload.module';
import { AdmissionService } from './admission.service';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestContextService } from './ingest-context.service';
import { IngestMetrics, ingestCounterProviders } from './ingest-metrics';
import { LargeIngestService } from './large-ingest.service';
import { SlowBodiesService } from './receive/slow-bodies.service';
import { IngestionRepository } from './store/ingestion.repository';
import { PayloadQueue } from './store/payload-queue.service';
import { PayloadStore } from './store/payload-store.service';
import { SpilledBodyRepository } from './store/spilled-body.repository';
import { UserMetricRepository } from './store/user-metric.repository';

/** Taking in what the phone sends. */
@Module({
  imports: [IdentityModule, MonitoringModule, OverloadModule],
  controllers: [IngestController],
  providers: [
    ...ingestCounterProviders,
    AdmissionService,
    ChunkSize,
    IngestContextService,
    IngestMetrics,
    IngestService,
    IngestionRepository,
    LargeIngestService,
    PayloadQueue,
    PayloadStore,
    SlowBodiesService,
    SpilledBodyRepository,
    UserMetricRepository,
  ],
})
export class IngestModule {}
