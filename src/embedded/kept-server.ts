import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from './server-process';

/** Between the end of a server and its next start: long enough not to spin where it cannot live. */
const pauseMs = 1000;

/** A server that is started again whenever it ends without having been told to. */
export class KeptServer {
  private readonly stopping = new AbortController();
  private readonly kept: Promise<void>;

  private constructor(
    private server: ServerProcess,
    private readonly start: () => Promise<ServerProcess>,
    private readonly log: (line: string) => void,
  ) {
    this.kept = this.keep();
  }

  /** Starts it with `start`, which is called again for each start that follows. Errors: rejects as the first one does. */
  static async start(start: () => Promise<ServerProcess>, log: (line: string) => void): Promise<KeptServer> {
    return new KeptServer(await start(), start, log);
  }

  /** Ends it for good and resolves when it is gone; may be called more than once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.server.stop();
    // One that was being started meanwhile is stopped there.
    await this.kept;
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await this.server.exited;
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.server = await this.start();
        if (signal.aborted) await this.server.stop();
      } catch (error) {
        this.log(`it could not be started again: ${(error as Error).message}`);
      }
    }
  }
}
