import { Inject, Injectable } from '@nestjs/common';
import { granularityFromHeader } from '../catalogue/granularity';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import type { FindUserMetrics } from './normalise/export-normaliser';
import type { PayloadContext } from './normalise/payload-context';
import { fixedParseLimits, type ParseLimits } from './parse/parse-limits';
import { UserMetricRepository, UserMetrics } from './store/user-metric.repository';

/** What the reading of a payload depends on beside its bytes. */
export interface PayloadFacts {
  readonly userId: string;
  /** The user's IANA zone. */
  readonly timeZone: string;
  /** The `automation-aggregation` header; null without one. */
  readonly aggregation: string | null;
  /** When its headers arrived, in ms since 1970. */
  readonly receivedAtMs: number;
}

/** A user's own metrics while one payload is read: looked up when the first one is met that the catalogue lacks. */
export class OwnMetrics {
  metrics = new UserMetrics([]);
  private isLoaded = false;

  constructor(
    private readonly repository: UserMetricRepository,
    private readonly userId: string,
  ) {}

  /** Finds ids; the same metric has the same id however often the payload is read. */
  readonly find: FindUserMetrics = async (asked) => {
    if (!this.isLoaded) this.metrics = await this.repository.load(this.userId);
    this.isLoaded = true;
    return asked.map((metric) => this.metrics.find(metric));
  };
}

/** What payloads are read with: bounds, the user's zone and metrics, what the automation says. */
@Injectable()
export class IngestContextService {
  /** Bounds on the form of every body. */
  readonly parseLimits: ParseLimits;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly userMetrics: UserMetricRepository,
  ) {
    const { maxJsonDepth: maxDepth, maxKeysPerObject } = settings;
    this.parseLimits = { ...fixedParseLimits, maxDepth, maxKeysPerObject };
  }

  /** What is known of a payload before its first element is read. */
  payloadContext({ timeZone, aggregation, receivedAtMs }: Omit<PayloadFacts, 'userId'>): PayloadContext {
    return {
      receivedAtMs,
      futureToleranceMs: this.settings.futureToleranceHours * 3_600_000,
      timeZone,
      namedGranularity: granularityFromHeader(aggregation ?? undefined),
    };
  }

  /** The user's own metrics, for one payload. */
  ownMetrics(userId: string): OwnMetrics {
    return new OwnMetrics(this.userMetrics, userId);
  }
}
