import { Injectable } from '@nestjs/common';
import { WorkDispatcher } from '../batch/work/work-dispatcher.service';
import { uuidV7 } from '../common/uuid';
import type { IngestionKey } from '../database/ingestion-key';
import type { IngestRequest, TakenReply } from './ingest-request';
import { openSpill } from './open-spill';
import type { BodySpill, SpilledBody } from './receive/received-body';
import { SpilledBodyRepository } from './store/spilled-body.repository';

/** Bytes of a body whose samples are read and written in a second, when nothing else is to be done. */
const bytesPerS = 8_000_000;

/** Longest time after which a client is told to look again, in s. */
const maxRetryAfterS = 60;

/** An ingestion whose body may turn out to be one that is only taken before the reply. */
export interface DeferredIngestion {
  /** Begins to store the body while it arrives. */
  openSpill(): Promise<BodySpill>;
  /** The reply, once the body has arrived whole and is stored; somebody is told that there is work. */
  take(body: SpilledBody): TakenReply;
}

/**
 * Takes in bodies whose samples are written after the reply: too large to be done quickly, or sent by somebody who does
 * not want to wait. Their bytes are stored while they arrive, and memory does not grow with the body.
 */
@Injectable()
export class DeferredIngestService {
  constructor(
    private readonly bodies: SpilledBodyRepository,
    private readonly dispatcher: WorkDispatcher,
  ) {}

  /** Begins an ingestion; nothing is done until a spill is asked for. */
  open({ identity, headers, automation, receivedAtMs, ingestionSeq }: IngestRequest): DeferredIngestion {
    const key: IngestionKey = { userId: identity.userId, id: uuidV7(receivedAtMs), receivedAtMs };
    return {
      openSpill: async () => openSpill(this.bodies, key, await ingestionSeq, headers, automation, identity.timeZone),
      take: ({ bodyBytes }) => {
        this.dispatcher.offer(key);
        return {
          ingestionId: key.id,
          status: 'received',
          statusUrl: `/v1/ingestions/${key.id}`,
          retryAfterS: Math.min(Math.ceil(bodyBytes / bytesPerS), maxRetryAfterS),
        };
      },
    };
  }
}
