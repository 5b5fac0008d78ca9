import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { WorkHandlers } from '../../batch/work/work-handlers';
import type { IngestionKey } from '../../database/ingestion-key';
import type { ClaimedWork } from '../../database/work/claimed-work';
import { WorkRepository } from '../../database/work/work.repository';
import { WorkLeaseRepository } from '../../database/work/work-lease.repository';
import { ReadableIngestionRepository } from './readable-ingestion.repository';
import { RederiveService } from './rederive.service';

/** Ingestions of one user that are written again together: they lie close to one another, and share most of the work. */
const maxTogether = 50;

/** After this a claim is tried again whose user is being worked on, in ms. */
const busyPauseMs = 1000;

/** Does the open work of kind `rederive`: takes what else is open of the same user with it. */
@Injectable()
export class RederiveWorker implements OnModuleInit {
  private readonly logger = new Logger(RederiveWorker.name);
  private readonly busyUsers = new Set<string>();

  constructor(
    private readonly handlers: WorkHandlers,
    private readonly work: WorkRepository,
    private readonly leases: WorkLeaseRepository,
    private readonly ingestions: ReadableIngestionRepository,
    private readonly service: RederiveService,
  ) {}

  onModuleInit(): void {
    this.handlers.register('rederive', (claim, signal) => this.process(claim, signal));
  }

  /** As WorkHandler. */
  private async process(claim: ClaimedWork, signal: AbortSignal): Promise<void> {
    const { userId } = claim;
    // Two at once would do the same twice and wait for each other; of two processes that is rare, and harmless.
    if (this.busyUsers.has(userId)) return await this.leases.postpone(claim, busyPauseMs, false);
    this.busyUsers.add(userId);
    try {
      await this.rederive(claim, signal);
    } finally {
      this.busyUsers.delete(userId);
    }
  }

  private async rederive(claim: ClaimedWork, signal: AbortSignal): Promise<void> {
    const { userId } = claim;
    const others = await this.work.findOthersDue(claim, 'rederive', maxTogether - 1);
    const all: readonly IngestionKey[] = [claim, ...others];
    const { changes, written } = await this.service.rederive({ userId, ingestions: all, signal }, async (tx, ended) => {
      await this.leases.close(tx, claim);
      const known = new Set([...ended.written, ...ended.unreadable.keys()]);
      await this.work.closeUnheld(
        tx,
        userId,
        others.filter(({ id }) => known.has(id)).map(({ id }) => id),
      );
      for (const key of all) {
        const reason = ended.unreadable.get(key.id);
        if (reason !== undefined) await this.ingestions.noteUnreadable(tx, key, reason);
      }
    });
    const { stored, updated, deleted } = changes;
    this.logger.log(
      `${written.length} ingestions were written again: ${stored} new, ${updated} changed, ${deleted} gone`,
    );
  }
}
