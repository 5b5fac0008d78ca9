import { Injectable } from '@nestjs/common';

/** Whether this process is about to stop: from `begin` on it is not ready, and still answers what arrives. */
@Injectable()
export class DrainState {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** There is no way back. */
  begin(): void {
    this.draining = true;
  }
}
