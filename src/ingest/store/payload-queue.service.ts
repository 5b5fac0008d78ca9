import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { TRACING, type Tracing } from '../../monitoring/tracing/tracing';
import { GroupCommit } from './group-commit';
import { judgeGroup, PayloadStore, type PayloadToStore, type StoredPayload } from './payload-store.service';

/** Rows after which a group of small payloads is full: it shares a transaction of some 20 ms. */
const groupMaxRows = 8000;

/**
 * Rows that are worth a transaction beside another one: with less, many small transactions cost a crowd more than they
 * spare anybody (1,000 phones: 460 requests/s without this bound).
 */
const minRowsBeside = 2000;

/** Twice this and the wait for a lock is less than clients wait for an answer. */
const maxHalvingMs = 3000;

interface QueuedPayload extends PayloadToStore {
  readonly rows: number;
}

/** The one way into the store: payloads wait here for their turn and share transactions. */
@Injectable()
export class PayloadQueue {
  private readonly group: GroupCommit<QueuedPayload, StoredPayload>;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(TRACING) private readonly tracing: Tracing,
    store: PayloadStore,
  ) {
    const limits = {
      maxOpen: settings.writeConcurrency,
      maxMembers: settings.groupMaxIngestions,
      maxRows: groupMaxRows,
      minRowsBeside,
      maxHalvingMs,
    };
    this.group = new GroupCommit(limits, (members) => store.store(members), judgeGroup);
  }

  /** Stores a payload. When this resolves, it is committed; when it rejects, nothing of it was written. */
  submit(payload: PayloadToStore): Promise<StoredPayload> {
    const { rows } = payload.payload;
    return this.tracing.span('write', { rows }, async () => {
      const stored = await this.group.submit({ ...payload, rows });
      // Here, so that the next transaction does not wait for it too.
      await this.tracing.span('cache', {}, () => stored.told);
      return stored;
    });
  }
}
