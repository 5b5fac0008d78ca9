import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DescribeRoute } from '../common/describe-route.decorator';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { hasToken } from './metrics-token';

/** GET /metrics for Prometheus, without a key; with a token where METRICS_TOKEN is set. */
@Controller()
export class MetricsController extends PrometheusController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    super();
  }

  /** All metrics in Prometheus' text format, with its content type. Errors: throws Problem 401 `metrics_token_invalid`. */
  @Get()
  @DescribeRoute({
    summary: 'Metrics for Prometheus',
    description: 'Where METRICS_TOKEN is set, with this token as `Authorization: Bearer`.',
    answer: { mediaTypes: ['text/plain'], description: 'Text of Prometheus.' },
  })
  @RouteConfig({ access: 'public' })
  override index(@Res({ passthrough: true }) reply: FastifyReply, @Req() request?: FastifyRequest): Promise<string> {
    const { metricsToken } = this.settings;
    if (metricsToken !== undefined && !hasToken(request?.headers.authorization, metricsToken)) {
      void reply.header('www-authenticate', 'Bearer');
      throw new Problem(
        401,
        'metrics_token_invalid',
        'This needs the token of METRICS_TOKEN, as Authorization: Bearer.',
      );
    }
    return super.index(reply);
  }
}
