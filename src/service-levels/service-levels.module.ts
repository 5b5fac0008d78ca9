import { Module } from '@nestjs/common';
import { ServiceLevelsController } from './service-levels.controller';
import { ServiceLevels } from './service-levels.service';
import { StatusPageController } from './status-page.controller';

/** The promises of the service, and how it keeps them while it runs. It reads metrics, and counts nothing itself. */
@Module({
  controllers: [ServiceLevelsController, StatusPageController],
  providers: [ServiceLevels],
})
export class ServiceLevelsModule {}
