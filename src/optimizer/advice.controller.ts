import { Controller, Get, Header } from '@nestjs/common';
import { RequireScope } from '../identity/route-access.decorator';
import { AdvisorService } from './advisor.service';
import type { Report } from './report';

/** `/v1/advice`: what could be better, for administrators. */
@Controller('v1/advice')
export class AdviceController {
  constructor(private readonly advisor: AdvisorService) {}

  /** What was found just now. It changes nothing; `npm run advise -- --apply ID` does. */
  @Get()
  @Header('cache-control', 'private, no-store')
  @RequireScope('admin')
  getAdvice(): Promise<Report> {
    return this.advisor.report();
  }
}
