import { Controller, Get, Header } from '@nestjs/common';
import { DescribeRoute } from '../common/describe-route.decorator';
import { RequireScope } from '../identity/route-access.decorator';
import { ServiceLevels, type ServiceLevelsReport } from './service-levels.service';
import { serviceLevelsAnswer } from './service-levels-answer';

/** `/v1/service-levels`: how the promises are kept, for administrators. */
@Controller('v1/service-levels')
export class ServiceLevelsController {
  constructor(private readonly levels: ServiceLevels) {}

  /** Each promise with what was measured over five minutes, an hour and since the start of the process that answers. */
  @Get()
  @DescribeRoute({
    summary: 'How the promises are kept',
    description:
      'Of the process that answers. Besides keys with the scope `admin`, programs on the same machine are answered without a key while STATUS_ACCESS lets them.',
    answer: serviceLevelsAnswer,
  })
  @Header('cache-control', 'private, no-store')
  @RequireScope('admin', { orLocal: true })
  async getLevels(): Promise<ServiceLevelsReport & { readonly scope: 'process' }> {
    return { scope: 'process', ...(await this.levels.report()) };
  }
}
