import { Module } from '@nestjs/common';
import { ChunkSize } from '../batch/chunk-size';
import { IdentityModule } from '../identity/identity.module';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestMetrics, ingestCounterProviders } from './ingest-metrics';
import { IngestionRepository } from './store/ingestion.repository';
import { PayloadStore } from './store/payload-store.service';
import { UserMetricRepository } from './store/user-metric.repository';

/** Taking in what the phone sends. */
@Module({
  imports: [IdentityModule, MonitoringModule],
  controllers: [IngestController],
  providers: [
    ...ingestCounterProviders,
    IngestMetrics,
    IngestService,
    IngestionRepository,
    PayloadStore,
    ChunkSize,
    UserMetricRepository,
  ],
})
export class IngestModule {}
