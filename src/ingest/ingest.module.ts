import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestMetrics, ingestCounterProviders } from './ingest-metrics';
import { IngestionRepository } from './store/ingestion.repository';
import { UserMetricRepository } from './store/user-metric.repository';

/** Taking in what the phone sends. */
@Module({
  imports: [IdentityModule],
  controllers: [IngestController],
  providers: [...ingestCounterProviders, IngestMetrics, IngestService, IngestionRepository, UserMetricRepository],
})
export class IngestModule {}
