import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../common/describe-route.decorator';
import { RequireScope } from '../identity/route-access.decorator';
import { AdvisorService } from './advisor.service';
import type { Report } from './report';

/** What is answered; an advice as `advice.ts` has it. */
const adviceAnswer = z.object({
  collectedAt: z.iso.datetime(),
  advice: z.array(
    z.looseObject({
      id: z.string(),
      kind: z.string(),
      severity: z.string(),
      title: z.string(),
      seen: z.array(z.string()),
      likelyGain: z.string(),
      cost: z.string(),
      isAutomatic: z.boolean(),
    }),
  ),
  topStatements: z.array(z.record(z.string(), z.unknown())),
  unreadable: z.array(z.string()),
});

/** `/v1/advice`: what could be better, for administrators. */
@Controller('v1/advice')
export class AdviceController {
  constructor(private readonly advisor: AdvisorService) {}

  /** What was found just now. It changes nothing; `npm run advise -- --apply ID` does. */
  @Get()
  @DescribeRoute({ summary: 'What could be better', answer: adviceAnswer })
  @Header('cache-control', 'private, no-store')
  @RequireScope('admin')
  getAdvice(): Promise<Report> {
    return this.advisor.report();
  }
}
