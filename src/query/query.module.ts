import { Module } from '@nestjs/common';
import { builtInCatalogue, Catalogue } from '../catalogue/catalogue';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { BucketReader } from './buckets/bucket-reader.service';
import { SeriesController } from './buckets/series.controller';
import { EcgController } from './ecg/ecg.controller';
import { EventsController } from './events/events.controller';
import { ExportController } from './export/export.controller';
import { ExportService } from './export/export.service';
import { ExportReader } from './export/export-reader.service';
import { IngestionsController } from './ingestions/ingestions.controller';
import { RawBodyService } from './ingestions/raw-body.service';
import { MetricListService } from './metrics/metric-list.service';
import { MetricsController } from './metrics/metrics.controller';
import { SamplesService } from './metrics/samples.service';
import { PageReader } from './paging/page-reader.service';
import { RecentController } from './recent/recent.controller';
import { RecentService } from './recent/recent.service';
import { KnownAnswersHook } from './request/known-answers.hook';
import { SleepController } from './sleep/sleep.controller';
import { SleepDays } from './sleep/sleep-days.service';
import { SourcesController } from './sources/sources.controller';
import { SourcesService } from './sources/sources.service';
import { SummaryController } from './summary/summary.controller';
import { SummaryService } from './summary/summary.service';
import { WorkoutsController } from './workouts/workouts.controller';

/** Reading back what was kept: only ever to the user whose key asks. */
@Module({
  imports: [MonitoringModule],
  controllers: [
    MetricsController,
    SeriesController,
    SourcesController,
    SummaryController,
    RecentController,
    SleepController,
    WorkoutsController,
    EventsController,
    EcgController,
    IngestionsController,
    ExportController,
  ],
  providers: [
    { provide: Catalogue, useValue: builtInCatalogue },
    KnownAnswersHook,
    MetricListService,
    SamplesService,
    BucketReader,
    SourcesService,
    SleepDays,
    SummaryService,
    RecentService,
    PageReader,
    RawBodyService,
    ExportReader,
    ExportService,
  ],
})
export class QueryModule {}
