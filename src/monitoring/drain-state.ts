import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Whether this process is about to stop: from `begin` on it is not ready, and still answers what arrives. */
@Injectable()
export class DrainState implements OnModuleDestroy {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** There is no way back. */
  begin(): void {
    this.draining = true;
  }

  /** An application that is closed without having been drained is not ready either. */
  onModuleDestroy(): void {
    this.begin();
  }
}
