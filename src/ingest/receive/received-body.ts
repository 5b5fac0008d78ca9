import type { BodyHeaders } from './check-body-headers';

/** What is known of every body that has arrived whole. */
export interface BodyFacts extends BodyHeaders {
  /** Length as sent. */
  readonly sentBytes: number;
  /** Length inflated. */
  readonly bodyBytes: number;
  /** SHA-256 of the inflated bytes. */
  readonly sha256: Buffer;
}

/** A body that is small enough to be held. */
export interface InlineBody extends BodyFacts {
  readonly kind: 'inline';
  /** Inflated. */
  readonly bytes: Buffer;
  /** As the client compressed it; null when it did not. */
  readonly compressed: Buffer | null;
}

/** A body that was stored while it arrived; whether it is an export is not known yet. */
export interface SpilledBody extends BodyFacts {
  readonly kind: 'spilled';
}

/** A body that has arrived whole. */
export type ReceivedBody = InlineBody | SpilledBody;

/** Where the bytes of a body go that is too large to be held. */
export interface BodySpill {
  /** Keeps the next bytes; resolves when it takes more, so that memory does not grow with the body. */
  write(bytes: Buffer): Promise<void>;
  /** The body has ended: what was written is complete. */
  complete(facts: BodyFacts): Promise<void>;
  /** The body is refused or did not arrive whole: nothing of it is kept. Never rejects. */
  discard(): Promise<void>;
}
