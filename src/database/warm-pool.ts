import { Logger } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';

/**
 * Keeps a pool's `min` connections open. The pool's own `min` only keeps it from closing what is idle: it neither opens a
 * connection ahead nor replaces one that reached its lifetime or was cut by the server.
 */
export class WarmPool {
  private readonly logger = new Logger(WarmPool.name);
  private isWarming = false;

  constructor(private readonly pool: Pool) {}

  /**
   * Opens the connections that are missing, and opens them again whenever some were closed. Never rejects: when PostgreSQL
   * cannot be reached, the connections are opened by the requests that need them.
   */
  async keep(): Promise<void> {
    this.pool.on('remove', () => void this.open());
    await this.open();
  }

  private async open(): Promise<void> {
    if (this.isWarming) return;
    this.isWarming = true;
    const held: PoolClient[] = [];
    // A connection that is cut while nobody listens to it ends the process; the pool drops it when it gets it back.
    const ignore = (): void => undefined;
    try {
      while (!this.pool.ending && this.pool.totalCount < (this.pool.options.min ?? 0)) {
        held.push((await this.pool.connect()).on('error', ignore));
      }
    } catch {
      this.logger.warn('connections to PostgreSQL could not be opened ahead');
    } finally {
      this.isWarming = false;
      for (const client of held) client.off('error', ignore).release();
    }
  }
}
