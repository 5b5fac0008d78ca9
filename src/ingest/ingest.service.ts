import { Inject, Injectable } from '@nestjs/common';
import { builtInCatalogue } from '../catalogue/catalogue';
import { granularityFromHeader } from '../catalogue/granularity';
import { Problem } from '../common/problem';
import { uuidV7 } from '../common/uuid';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { DatabaseService } from '../database/database.service';
import { retryTransient } from '../database/retry-transient';
import type { Identity } from '../identity/identity';
import type { Account } from './account';
import { IngestMetrics } from './ingest-metrics';
import type { PayloadContext } from './normalise/normalised-payload';
import { type NormalisedExport, normaliseExport } from './normalise-export';
import { ParseFault } from './parse/parse-fault';
import { fixedParseLimits } from './parse/parse-limits';
import type { AutomationHeaders } from './receive/automation-headers';
import type { ReceivedBody } from './receive/receive-body';
import { IngestionRepository } from './store/ingestion.repository';
import { type KeptBytes, keepBytes } from './store/kept-bytes';
import { UserMetricRepository, UserMetrics } from './store/user-metric.repository';
import { writePayload } from './store/write-payload';
import { UserTurns } from './user-turns';

/** The place of a request in the order of all ingestions. */
export interface Arrival {
  /** When its headers arrived, in ms since 1970. */
  readonly receivedAtMs: number;
  /** Greater for every later one; a later one wins where both hold the same sample. */
  readonly ingestionSeq: string;
}

/** One request that has been received. */
export interface IngestRequest extends Arrival {
  readonly identity: Identity;
  readonly automation: AutomationHeaders;
  readonly body: ReceivedBody;
}

/** The reply to an ingestion. */
export interface IngestReply extends Account {
  readonly ingestionId: string;
  readonly status: 'stored';
  /** From the arrival of the whole body to the commit. */
  readonly processingMs: number;
}

/** The story of a payload: parse, normalise, write, commit, reply. */
@Injectable()
export class IngestService {
  private readonly turns = new UserTurns();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: DatabaseService,
    private readonly ingestions: IngestionRepository,
    private readonly userMetrics: UserMetricRepository,
    private readonly metrics: IngestMetrics,
  ) {}

  /** Notes that a request has arrived, before its body is read. */
  async arrive(): Promise<Arrival> {
    const receivedAtMs = Date.now();
    return { receivedAtMs, ingestionSeq: await this.ingestions.drawSeq() };
  }

  /**
   * Stores a payload: its bytes, every sample that can be kept, and the account of all of them, in one transaction.
   * When this resolves, it is committed; when it rejects, nothing was written.
   *
   * Errors: rejects with a 400 problem for a body that is not an export.
   */
  async ingest(request: IngestRequest): Promise<IngestReply> {
    const startedAtMs = performance.now();
    const own = { metrics: new UserMetrics([]) };
    const [normalised, kept] = await Promise.all([this.normalise(request, own), keepBytes(request.body)]);
    const reply = await this.turns.take(request.identity.userId, () =>
      retryTransient(() => this.store(request, normalised, kept, own.metrics, startedAtMs)),
    );
    this.metrics.count(reply);
    return reply;
  }

  private async normalise(
    { identity, automation, body, receivedAtMs }: IngestRequest,
    own: { metrics: UserMetrics },
  ): Promise<NormalisedExport> {
    const limits = {
      ...fixedParseLimits,
      maxDepth: this.settings.maxJsonDepth,
      maxKeysPerObject: this.settings.maxKeysPerObject,
    };
    const context: PayloadContext = {
      receivedAtMs,
      futureToleranceMs: this.settings.futureToleranceHours * 3_600_000,
      timeZone: identity.timeZone,
      namedGranularity: granularityFromHeader(automation.aggregation ?? undefined),
    };
    try {
      return await normaliseExport(body.bytes, limits, builtInCatalogue, context, async (asked) => {
        own.metrics = await this.userMetrics.load(identity.userId);
        return asked.map((metric) => own.metrics.find(metric));
      });
    } catch (error) {
      if (error instanceof ParseFault) throw new Problem(400, error.code, error.message);
      throw error;
    }
  }

  private store(
    { identity, automation, body, receivedAtMs, ingestionSeq }: IngestRequest,
    { payload, account }: NormalisedExport,
    kept: KeptBytes,
    userMetrics: UserMetrics,
    startedAtMs: number,
  ): Promise<IngestReply> {
    const { userId } = identity;
    const id = uuidV7(receivedAtMs);
    return this.database.inTransaction([userId], async (tx) => {
      await this.ingestions.lockUser(tx, userId);
      const scope = { userId, ingestionSeq, chunkRows: this.settings.chunkRows };
      const ids = await this.userMetrics.create(tx, userId, userMetrics);
      const written = await writePayload(tx, scope, payload, builtInCatalogue, ids);
      const closed = account.close(written);
      if (closed.stored + closed.updated > 0) {
        await tx.query('UPDATE users SET data_version = data_version + 1 WHERE id = $1', [userId]);
      }
      const processingMs = Math.round((performance.now() - startedAtMs) * 100) / 100;
      await this.ingestions.insert(tx, {
        id,
        userId,
        receivedAtMs,
        ingestionSeq,
        body,
        kept,
        automation,
        account: closed,
        processingMs,
      });
      return { ingestionId: id, status: 'stored' as const, ...closed, processingMs };
    });
  }
}
