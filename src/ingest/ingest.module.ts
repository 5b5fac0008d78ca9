import { Module } from '@nestjs/common';
import { ChunkSize } from '../batch/chunk-size';
import { IdentityModule } from '../identity/identity.module';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { AdmissionService } from './admission.service';
import { builtInParser, EXPORT_PARSER } from './export-parser';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestContextService } from './ingest-context.service';
import { IngestMetrics, ingestCounterProviders } from './ingest-metrics';
import { LargeIngestService } from './large-ingest.service';
import { KeptIngestionRepository } from './rederive/kept-ingestion.repository';
import { KeptPayloadReader } from './rederive/kept-payload-reader.service';
import { RederiveService } from './rederive/rederive.service';
import { RederivePass } from './rederive/rederive-pass.service';
import { IngestionRepository } from './store/ingestion.repository';
import { PayloadQueue } from './store/payload-queue.service';
import { PayloadStore } from './store/payload-store.service';
import { SpilledBodyRepository } from './store/spilled-body.repository';
import { UserMetricRepository } from './store/user-metric.repository';

/** Taking in what the phone sends. */
@Module({
  imports: [IdentityModule, MonitoringModule],
  controllers: [IngestController],
  providers: [
    ...ingestCounterProviders,
    { provide: EXPORT_PARSER, useValue: builtInParser },
    AdmissionService,
    ChunkSize,
    IngestContextService,
    IngestMetrics,
    IngestService,
    IngestionRepository,
    KeptIngestionRepository,
    KeptPayloadReader,
    LargeIngestService,
    PayloadQueue,
    PayloadStore,
    RederivePass,
    RederiveService,
    SpilledBodyRepository,
    UserMetricRepository,
  ],
})
export class IngestModule {}
