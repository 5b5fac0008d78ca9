import { createHash } from 'node:crypto';
import type { BodyAllowance } from './body-budget';
import type { BodyHeaders } from './check-body-headers';
import type { BodySpill, ReceivedBody } from './received-body';

/** How a body is taken in. */
export interface SinkOptions {
  /** Largest body that is held; a larger one is stored while it arrives. Inflated, in bytes. */
  readonly inlineBodyBytes: number;
  readonly allowance: BodyAllowance;
  readonly openSpill: () => Promise<BodySpill>;
}

/**
 * Takes the inflated bytes of a body, and beside them those that it was sent as where these are others: holds both while
 * they are few, and from then on stores what was sent, holding neither.
 *
 * Order: `takeSent` before the `take` of what it inflates to; both are awaited.
 * Errors: reject with what the spill rejects with, and with a 503 problem when the process holds too much.
 */
export class BodySink {
  private readonly hash = createHash('sha256');
  private bodyBytes = 0;
  private sentBytes = 0;
  private held: Buffer[] = [];
  private heldAsSent: Buffer[] = [];
  private spill: BodySpill | null = null;
  /** From the moment at which the body is too large to be held. */
  private spilling: Promise<BodySpill> | null = null;

  constructor(
    private readonly headers: BodyHeaders,
    private readonly options: SinkOptions,
  ) {}

  private get isCompressed(): boolean {
    return this.headers.contentEncoding !== 'identity';
  }

  /** Takes bytes as they were sent, of a compressed body. */
  async takeSent(chunk: Buffer): Promise<void> {
    this.sentBytes += chunk.length;
    // ORDER: while what was held is being written, what comes next waits for it.
    if (this.spilling === null) this.heldAsSent.push(chunk);
    else await (await this.spilling).write(chunk);
  }

  /** Takes inflated bytes. */
  async take(chunk: Buffer): Promise<void> {
    this.hash.update(chunk);
    this.bodyBytes += chunk.length;
    if (this.spilling === null && this.bodyBytes <= this.options.inlineBodyBytes) {
      this.options.allowance.take(chunk.length);
      this.held.push(chunk);
      return;
    }
    this.spilling ??= this.startSpilling();
    const spill = await this.spilling;
    if (!this.isCompressed) await spill.write(chunk);
  }

  /** The body, which has ended. */
  async finish(): Promise<ReceivedBody> {
    const facts = {
      ...this.headers,
      sentBytes: this.isCompressed ? this.sentBytes : this.bodyBytes,
      bodyBytes: this.bodyBytes,
      sha256: this.hash.digest(),
    };
    if (this.spill === null) {
      const compressed = this.isCompressed ? joined(this.heldAsSent) : null;
      return { ...facts, kind: 'inline', bytes: joined(this.held), compressed };
    }
    await this.spill.complete(facts);
    return { ...facts, kind: 'spilled' };
  }

  /** Lets go of what was stored of a body that is refused. Never rejects. */
  async discard(): Promise<void> {
    // It may be on its way to be opened: what is begun after it was looked for would stay.
    await this.spilling?.catch(() => undefined);
    await this.spill?.discard();
  }

  private async startSpilling(): Promise<BodySpill> {
    const { openSpill, allowance } = this.options;
    const spill = await openSpill();
    this.spill = spill;
    for (const chunk of this.isCompressed ? this.heldAsSent : this.held) await spill.write(chunk);
    this.heldAsSent = [];
    this.held = [];
    allowance.giveBack();
    return spill;
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
