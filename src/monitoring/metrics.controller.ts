import { Controller, Get, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import { DescribeRoute } from '../common/describe-route.decorator';

/** GET /metrics for Prometheus, without a key. */
@Controller()
export class MetricsController extends PrometheusController {
  /** All metrics in Prometheus' text format, with its content type. */
  @Get()
  @DescribeRoute({
    summary: 'Metrics for Prometheus',
    answer: { mediaTypes: ['text/plain'], description: 'Text of Prometheus.' },
  })
  @RouteConfig({ access: 'public' })
  override index(@Res({ passthrough: true }) reply: unknown): Promise<string> {
    return super.index(reply);
  }
}
