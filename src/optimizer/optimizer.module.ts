import { Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module';
import { AdviceController } from './advice.controller';
import { AdvisorService } from './advisor.service';
import { ProfilerService } from './profiles/profiler.service';
import { ProfilesController } from './profiles/profiles.controller';

/** Evidence into advice, and profiles on demand. It reads, and changes nothing by itself. */
@Module({
  imports: [MonitoringModule],
  controllers: [AdviceController, ProfilesController],
  providers: [AdvisorService, ProfilerService],
})
export class OptimizerModule {}
