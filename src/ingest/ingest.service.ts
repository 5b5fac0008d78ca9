import { Inject, Injectable } from '@nestjs/common';
import { builtInCatalogue } from '../catalogue/catalogue';
import { granularityFromHeader } from '../catalogue/granularity';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import type { Identity } from '../identity/identity';
import { IngestMetrics } from './ingest-metrics';
import type { PayloadContext } from './normalise/normalised-payload';
import { type NormalisedExport, normaliseExport } from './normalise-export';
import { ParseFault } from './parse/parse-fault';
import { fixedParseLimits } from './parse/parse-limits';
import type { AutomationHeaders } from './receive/automation-headers';
import type { ReceivedBody } from './receive/receive-body';
import { GroupCommit } from './store/group-commit';
import { IngestionRepository } from './store/ingestion.repository';
import { keepBytes } from './store/kept-bytes';
import { judgeGroup, PayloadStore, type PayloadToStore, type StoredPayload } from './store/payload-store.service';
import { UserMetricRepository, UserMetrics } from './store/user-metric.repository';

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
export type IngestReply = StoredPayload;

/** Rows after which a group of small payloads is full: it shares a transaction of some 20 ms. */
const groupMaxRows = 8000;

/** A payload on its way into a transaction. */
interface PendingPayload extends PayloadToStore {
  readonly rows: number;
}

/** The story of a payload: parse, normalise, write, commit, reply. */
@Injectable()
export class IngestService {
  private readonly group: GroupCommit<PendingPayload, IngestReply>;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly ingestions: IngestionRepository,
    private readonly userMetrics: UserMetricRepository,
    store: PayloadStore,
    private readonly metrics: IngestMetrics,
  ) {
    const limits = {
      maxOpen: settings.writeConcurrency,
      maxMembers: settings.groupMaxIngestions,
      maxRows: groupMaxRows,
    };
    this.group = new GroupCommit(limits, (members) => store.store(members), judgeGroup);
  }

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
    const { userId } = request.identity;
    const { rows } = normalised.payload;
    const reply = await this.group.submit({
      ...request,
      ...normalised,
      userId,
      rows,
      kept,
      startedAtMs,
      userMetrics: own.metrics,
    });
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
}
