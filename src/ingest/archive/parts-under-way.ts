import type { NormalisedPayload } from '../normalise/normalised-payload';

/** Writes parts one after another, while whoever makes them makes the next one. */
export class PartsUnderWay {
  private current: Promise<void> = Promise.resolve();

  constructor(private readonly write: (part: NormalisedPayload, bytesDone: number) => Promise<void>) {}

  /** Begins to write a part once the one before is written. Errors: rejects as the one before did. */
  async begin(part: NormalisedPayload, bytesDone: number): Promise<void> {
    await this.current;
    this.current = this.write(part, bytesDone);
    // Whoever begins the next one, or ends, hears of it.
    this.current.catch(() => undefined);
  }

  /** The last part is written. Errors: rejects as it did. */
  async end(): Promise<void> {
    await this.current;
  }
}
