import { Controller, Get, Header, HttpStatus, Res, ServiceUnavailableException } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DescribeRoute } from '../common/describe-route.decorator';
import { readVersion } from '../common/read-version';
import { ReadinessRegistry } from './readiness-registry';

/** What GET /health answers. */
interface HealthAnswer {
  readonly status: 'ok';
  readonly uptimeS: number;
  readonly version: string;
}

const version = readVersion();

/** The two probes of an orchestrator, without a key. */
@Controller()
export class HealthController {
  constructor(private readonly readiness: ReadinessRegistry) {}

  /**
   * That this process answers, and nothing else: a restart heals no database. Not through Terminus, which says 503 to
   * everything while the application stops.
   */
  @Get('health')
  @DescribeRoute({
    summary: 'Whether the process answers',
    answer: z.object({ status: z.literal('ok'), uptimeS: z.int(), version: z.string() }),
  })
  @Header('cache-control', 'no-store')
  @RouteConfig({ access: 'public' })
  health(): HealthAnswer {
    return { status: 'ok', uptimeS: Math.round(process.uptime()), version };
  }

  /** Whether requests should be sent here: 200, or 503 with the same shape, which says part by part what is wrong. */
  @Get('ready')
  @DescribeRoute({
    summary: 'Whether requests should be sent here',
    answer: z.object({
      status: z.string(),
      info: z.record(z.string(), z.unknown()),
      error: z.record(z.string(), z.unknown()),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @RouteConfig({ access: 'public' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    try {
      return await this.readiness.check();
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
      return error.getResponse() as HealthCheckResult;
    }
  }
}
