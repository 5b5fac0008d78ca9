import { type DynamicModule, Module } from '@nestjs/common';
import { ChunkSize } from '../batch/chunk-size';
import { IdentityModule } from '../identity/identity.module';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { OverloadModule } from '../overload/overload.module';
import { AdmissionService } from './admission.service';
import { DeferredIngestService } from './deferred-ingest.service';
import { builtInParser, EXPORT_PARSER } from './export-parser';
import { ImportService } from './import.service';
import { ImportsController } from './imports.controller';
import { IngestController } from './ingest.controller';
import { IngestService } from './ingest.service';
import { IngestContextService } from './ingest-context.service';
import { IngestMetrics, ingestMetricProviders } from './ingest-metrics';
import { IngestionProcessor } from './process/ingestion.processor';
import { KeptIngestionRepository } from './process/kept-ingestion.repository';
import { SlowBodiesService } from './receive/slow-bodies.service';
import { ReadableIngestionRepository } from './rederive/readable-ingestion.repository';
import { ReadablePayloadReader } from './rederive/readable-payload-reader.service';
import { RederiveService } from './rederive/rederive.service';
import { RederiveWorker } from './rederive/rederive.worker';
import { RederivePass } from './rederive/rederive-pass.service';
import { ReplayController } from './rederive/replay.controller';
import { ReplayService } from './rederive/replay.service';
import { SilentAutomations } from './silent-automations.service';
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
      controllers: serves ? [IngestController, ImportsController, ReplayController] : [],
      providers: [
        ...ingestMetricProviders,
        { provide: EXPORT_PARSER, useValue: builtInParser },
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
        ReadableIngestionRepository,
        ReadablePayloadReader,
        RederivePass,
        RederiveService,
        RederiveWorker,
        ReplayService,
        SilentAutomations,
        UserMetricRepository,
        ...(serves ? receiving : []),
      ],
    };
  }
}
