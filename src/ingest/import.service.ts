import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { WorkDispatcher } from '../batch/work/work-dispatcher.service';
import { uuidV7 } from '../common/uuid';
import type { IngestionKey } from '../database/ingestion-key';
import { openSpill } from './open-spill';
import { IngestionRepository } from './store/ingestion.repository';
import { SpilledBodyRepository } from './store/spilled-body.repository';

/** A history that does not come in a request. */
export interface ImportOfBytes {
  readonly userId: string;
  /** The user's zone, in which dates without an offset are read. */
  readonly timeZone: string;
  readonly contentType: string;
  readonly bytes: AsyncIterable<Buffer>;
  /** Told how many bytes have been stored so far. */
  readonly onBytes: (bytesDone: number) => void;
}

const noAutomation = { name: null, id: null, period: null, aggregation: null, sessionId: null };

/** Takes in a history that is read from somewhere; from then on it is an ingestion like any other. */
@Injectable()
export class ImportService {
  constructor(
    private readonly bodies: SpilledBodyRepository,
    private readonly ingestions: IngestionRepository,
    private readonly dispatcher: WorkDispatcher,
  ) {}

  /**
   * Stores the bytes and tells somebody of the work. When this resolves, they are committed, and the samples will be
   * written. Errors: rejects as the bytes and the database do; nothing is kept then.
   */
  async take({ userId, timeZone, contentType, bytes, onBytes }: ImportOfBytes): Promise<IngestionKey> {
    const receivedAtMs = Date.now();
    const key: IngestionKey = { userId, id: uuidV7(receivedAtMs), receivedAtMs };
    const headers = { contentType, contentEncoding: 'identity' } as const;
    const seq = await this.ingestions.drawSeq();
    const spill = await openSpill(this.bodies, key, seq, headers, noAutomation, timeZone);
    const hash = createHash('sha256');
    let bodyBytes = 0;
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        await spill.write(chunk);
        bodyBytes += chunk.length;
        onBytes(bodyBytes);
      }
      await spill.complete({ ...headers, sentBytes: bodyBytes, bodyBytes, sha256: hash.digest() });
    } catch (error) {
      await spill.discard();
      throw error;
    }
    this.dispatcher.offer(key);
    return key;
  }
}
