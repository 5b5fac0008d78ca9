import { Inject, Injectable, Optional } from '@nestjs/common';
import type { IngestionKey } from '../../database/ingestion-key';
import { WorkQueue } from './work.queue';
import { WorkSweeper } from './work.sweeper';

/** Tells somebody of work that has just been committed, so that it does not wait for the next sweep. */
@Injectable()
export class WorkDispatcher {
  constructor(
    private readonly queue: WorkQueue,
    @Optional() @Inject(WorkSweeper) private readonly sweeper: WorkSweeper | undefined,
  ) {}

  /** To be called after the commit of new work. Nobody waits for it, and it never throws: sweeps find the work anyway. */
  offer({ userId, id }: IngestionKey, isPatient = false): void {
    void this.queue.add([{ userId, id, claims: 0, isPatient }]).then((isTold) => {
      if (!isTold) this.sweeper?.wake();
    });
  }
}
