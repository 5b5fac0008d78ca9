import { createHash } from 'node:crypto';
import { ExportIndexer } from '../parse/export-indexer';
import type { ParseLimits } from '../parse/parse-limits';
import { pushInTurns } from '../parse/push-in-turns';
import type { BodyAllowance } from './body-budget';
import type { BodyHeaders } from './check-body-headers';
import type { BodySpill, ReceivedBody } from './received-body';

/** How a body is taken in. */
export interface SinkOptions {
  /** Largest body that is held; a larger one is stored while it arrives. Inflated, in bytes. */
  readonly inlineBodyBytes: number;
  readonly parseLimits: ParseLimits;
  readonly allowance: BodyAllowance;
  readonly openSpill: () => Promise<BodySpill>;
}

/**
 * Takes the inflated bytes of a body, and beside them those that it was sent as where these are others: holds both while
 * they are few, and from then on stores what was sent and indexes what it means, holding neither.
 *
 * Order: `takeSent` before the `take` of what it inflates to; both are awaited.
 * Errors: reject with ParseFault as soon as the body cannot be an export, with what the spill rejects with, and with a
 * 503 problem when the process holds too much.
 */
export class BodySink {
  private readonly hash = createHash('sha256');
  private bodyBytes = 0;
  private sentBytes = 0;
  private held: Buffer[] = [];
  private heldAsSent: Buffer[] = [];
  private spilled: { readonly spill: BodySpill; readonly indexer: ExportIndexer } | null = null;

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
    if (this.spilled === null) this.heldAsSent.push(chunk);
    else await this.spilled.spill.write(chunk);
  }

  /** Takes inflated bytes. */
  async take(chunk: Buffer): Promise<void> {
    this.hash.update(chunk);
    this.bodyBytes += chunk.length;
    if (this.spilled === null && this.bodyBytes <= this.options.inlineBodyBytes) {
      this.options.allowance.take(chunk.length);
      this.held.push(chunk);
      return;
    }
    if (this.spilled === null) await this.startSpilling();
    await this.pass(chunk);
  }

  /** The body, which has ended. */
  async finish(): Promise<ReceivedBody> {
    const facts = {
      ...this.headers,
      sentBytes: this.isCompressed ? this.sentBytes : this.bodyBytes,
      bodyBytes: this.bodyBytes,
      sha256: this.hash.digest(),
    };
    if (this.spilled === null) {
      const compressed = this.isCompressed ? joined(this.heldAsSent) : null;
      return { ...facts, kind: 'inline', bytes: joined(this.held), compressed };
    }
    const index = this.spilled.indexer.finish();
    await this.spilled.spill.complete(facts);
    return { ...facts, kind: 'spilled', index };
  }

  /** Lets go of what was stored of a body that is refused. Never rejects. */
  async discard(): Promise<void> {
    await this.spilled?.spill.discard();
  }

  private async startSpilling(): Promise<void> {
    const { openSpill, parseLimits, allowance } = this.options;
    const spill = await openSpill();
    this.spilled = { spill, indexer: new ExportIndexer(parseLimits, { validate: false }) };
    for (const chunk of this.heldAsSent) await spill.write(chunk);
    for (const chunk of this.held) await this.pass(chunk);
    this.heldAsSent = [];
    this.held = [];
    allowance.giveBack();
  }

  private async pass(chunk: Buffer): Promise<void> {
    const { spill, indexer } = this.spilled as NonNullable<typeof this.spilled>;
    await pushInTurns(indexer, chunk);
    if (!this.isCompressed) await spill.write(chunk);
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
