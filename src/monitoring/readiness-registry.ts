import { Injectable, Logger } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { withDeadline } from '../common/with-deadline';
import { DrainState } from './drain-state';

/** How a part is. A reason is one of a few fixed words: anybody may read it. */
export type ProbeResult =
  | { readonly up: true; readonly degraded?: true; readonly reason?: string }
  | { readonly up: false; readonly reason: string };

/** A part that readiness depends on. */
export interface ReadinessProbe {
  /** As the answer of `/ready` names it. */
  readonly name: string;
  /** What cannot be reached is a result; a rejection means `failed`. Never called again before it has settled. */
  check(): Promise<ProbeResult>;
}

/** A part that says nothing for this long is down. */
const probeTimeoutMs = 1000;

/** Results are used again for this long, so that whoever asks often does not load what is asked about. */
const resultLifetimeMs = 1000;

interface Registration {
  readonly probe: ReadinessProbe;
  pending: Promise<ProbeResult> | null;
  wasUp: boolean;
}

type NamedResults = readonly (readonly [name: string, result: ProbeResult])[];

/** Where modules register the parts that readiness depends on, and where it is found out. */
@Injectable()
export class ReadinessRegistry {
  private readonly logger = new Logger('Readiness');
  private readonly registrations = new Map<string, Registration>();
  private running: Promise<NamedResults> | null = null;
  private latest: { readonly results: NamedResults; readonly atMs: number } | null = null;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly drain: DrainState,
  ) {}

  /** Adds a probe, once at start. Errors: throws when another one has its name. */
  register(probe: ReadinessProbe): void {
    if (this.registrations.has(probe.name)) throw new Error(`two readiness probes are called ${probe.name}`);
    this.registrations.set(probe.name, { probe, pending: null, wasUp: true });
  }

  /**
   * How all parts are, at most 1 s ago; whether this process is draining, now.
   *
   * Errors: rejects with Terminus' ServiceUnavailableException, with the same shape as its response, when not ready.
   */
  async check(): Promise<HealthCheckResult> {
    const results = this.drain.isDraining ? (this.latest?.results ?? []) : await this.recentResults();
    // Asked again: it may have begun while the probes ran.
    const accepting: ProbeResult = this.drain.isDraining ? { up: false, reason: 'draining' } : { up: true };
    return this.health.check(
      [...results, ['requests', accepting] as const].map(([name, { up, ...details }]) => () => {
        const indicator = this.indicators.check(name);
        return up ? indicator.up(details) : indicator.down(details);
      }),
    );
  }

  /** How each part was when somebody last wanted to know, by its name; empty before the first time. */
  lastKnown(): ReadonlyMap<string, ProbeResult> {
    return new Map(this.latest?.results);
  }

  /** Has all parts asked again, if that was more than 1 s ago, for whoever wants to know next. */
  async refresh(): Promise<void> {
    await this.recentResults();
  }

  private recentResults(): Promise<NamedResults> {
    if (this.latest !== null && performance.now() - this.latest.atMs < resultLifetimeMs) {
      return Promise.resolve(this.latest.results);
    }
    this.running ??= this.askAll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async askAll(): Promise<NamedResults> {
    const atMs = performance.now();
    const registrations = [...this.registrations.values()];
    const results = await Promise.all(registrations.map(async (r) => [r.probe.name, await this.ask(r)] as const));
    this.latest = { results, atMs };
    return results;
  }

  private async ask(registration: Registration): Promise<ProbeResult> {
    const { probe } = registration;
    registration.pending ??= probe
      .check()
      .catch((): ProbeResult => ({ up: false, reason: 'failed' }))
      .finally(() => {
        registration.pending = null;
      });
    const result = await withDeadline(registration.pending, probeTimeoutMs).catch(
      (): ProbeResult => ({ up: false, reason: 'timeout' }),
    );
    if (result.up !== registration.wasUp) {
      if (result.up) this.logger.log(`${probe.name} is up again`);
      else this.logger.warn(`not ready: ${probe.name} is down (${result.reason})`);
      registration.wasUp = result.up;
    }
    return result;
  }
}
