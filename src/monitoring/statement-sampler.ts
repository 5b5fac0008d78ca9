import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Histogram } from 'prom-client';
import { FiguresRegistry } from './figures-registry';
import type { RouteStatements } from './process-figures';

const countName = 'http_request_statements';
const timeName = 'http_request_statement_seconds';

/** The histograms of statements. */
export const statementProviders = [
  makeHistogramProvider({
    name: countName,
    help: 'Statements that a request made; of the requests of some seconds after each look for advice.',
    labelNames: ['route'],
    buckets: [0, 1, 2, 3, 5, 10, 20, 50, 100],
  }),
  makeHistogramProvider({
    name: timeName,
    help: 'Time in the statements of a request, added up; of the requests of some seconds after each look for advice.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  }),
];

/** A statement that one request makes this often is made for each row of another one's answer. */
const repeatedOften = 10;

/** Routes are templates of ours, so there are few; statements are constants of ours, and this bounds them all the same. */
const maxTextsPerRequest = 200;

/** What reads; how many rows one request writes says nothing. */
const reading = /^\s*(select|with)\b/i;

/** Statements of one request under way: how often each text was run, and the time of all together. */
interface Counts {
  readonly texts: Map<string, number>;
  statements: number;
  elapsedMs: number;
}

interface RouteTally {
  requests: number;
  statements: number;
  readonly repeated: Map<string, { requests: number; most: number }>;
}

/** A connection, as far as it is watched. */
interface Queryable {
  query: unknown;
}

function textOf(query: unknown): string {
  const text = typeof query === 'string' ? query : (query as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : '';
}

/**
 * Counts the statements of requests, by route, in short samples: to know which request a statement belongs to needs an
 * AsyncLocalStorage, which slows every promise of the process while it is on (a tenth of its time under load). Between
 * samples nothing is counted, and asking whether one is under way is all that it costs.
 */
@Injectable()
export class StatementSampler implements OnModuleInit, OnApplicationShutdown {
  private readonly requests = new AsyncLocalStorage<Counts>();
  private readonly routes = new Map<string, RouteTally>();
  private isUnderWay = false;
  private end: NodeJS.Timeout | null = null;

  constructor(
    private readonly figures: FiguresRegistry,
    @InjectMetric(countName) private readonly statementCounts: Histogram<'route'>,
    @InjectMetric(timeName) private readonly statementTimes: Histogram<'route'>,
  ) {}

  onModuleInit(): void {
    this.figures.register('routes', () => this.read());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** Whether requests are watched now. */
  get isSampling(): boolean {
    return this.isUnderWay;
  }

  /** Watches the requests that begin within the next `durationMs`; what was counted before stays. */
  sample(durationMs: number): void {
    if (this.end !== null) clearTimeout(this.end);
    this.isUnderWay = true;
    this.end = setTimeout(() => this.stop(), durationMs).unref();
  }

  /** Ends the sample under way; requests that have not ended do not count. */
  stop(): void {
    if (this.end !== null) clearTimeout(this.end);
    this.end = null;
    this.isUnderWay = false;
    this.requests.disable();
  }

  /** Runs `work` as a request whose statements are counted, and returns what it does. It calls `done` at its end. */
  follow<T>(method: string, route: string, work: (done: () => void) => T): T {
    const counts: Counts = { texts: new Map(), statements: 0, elapsedMs: 0 };
    return this.requests.run(counts, () => work(() => this.note(method, route, counts)));
  }

  /**
   * Counts what runs on a connection for the request that has just taken it. Returns how to let go of it again;
   * undefined when nobody counts.
   */
  watch(client: Queryable): (() => void) | undefined {
    if (!this.isUnderWay) return undefined;
    const counts = this.requests.getStore();
    if (counts === undefined) return undefined;
    const query = client.query as (...args: unknown[]) => unknown;
    // A property of its own, over the one that all clients share.
    client.query = (...args: unknown[]) => {
      const text = textOf(args[0]);
      const { texts } = counts;
      counts.statements += 1;
      if (texts.size < maxTextsPerRequest) texts.set(text, (texts.get(text) ?? 0) + 1);
      const startedAtMs = performance.now();
      const running: unknown = query.apply(client, args);
      const add = (): void => {
        counts.elapsedMs += performance.now() - startedAtMs;
      };
      // A stream gives no promise, and its time is mostly that of whoever reads it.
      if (running instanceof Promise) void running.then(add, add);
      return running;
    };
    return () => {
      Reflect.deleteProperty(client, 'query');
    };
  }

  private note(method: string, route: string, { texts, statements, elapsedMs }: Counts): void {
    if (!this.isUnderWay) return;
    this.statementCounts.observe({ route }, statements);
    this.statementTimes.observe({ route }, elapsedMs / 1000);
    const name = `${method} ${route}`;
    const tally = this.routes.get(name) ?? { requests: 0, statements: 0, repeated: new Map() };
    this.routes.set(name, tally);
    tally.requests += 1;
    tally.statements += statements;
    for (const [text, count] of texts) {
      if (count < repeatedOften || !reading.test(text)) continue;
      const seen = tally.repeated.get(text) ?? { requests: 0, most: 0 };
      tally.repeated.set(text, { requests: seen.requests + 1, most: Math.max(seen.most, count) });
    }
  }

  private read(): RouteStatements[] {
    return [...this.routes].map(([route, { requests, statements, repeated }]) => {
      const [first] = [...repeated].sort(([, a], [, b]) => b.requests - a.requests);
      const text = first?.[0].replace(/\s+/g, ' ').trim().slice(0, 500) ?? '';
      return { route, requests, statements, repeated: first === undefined ? null : { text, ...first[1] } };
    });
  }
}
