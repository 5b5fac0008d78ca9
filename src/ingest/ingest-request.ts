import type { Identity } from '../identity/identity';
import type { Account } from './account';
import type { AutomationHeaders } from './receive/automation-headers';
import type { BodyHeaders } from './receive/check-body-headers';

/** A request to keep an export, as it is known before its body has arrived. */
export interface IngestRequest {
  readonly identity: Identity;
  readonly automation: AutomationHeaders;
  readonly headers: BodyHeaders;
  /** When its headers arrived, in ms since 1970. */
  readonly receivedAtMs: number;
  /**
   * Its place in the order of all ingestions, greater for every later one: a later one wins where both hold the same
   * sample. Drawn as the headers arrive, while the body is on its way.
   */
  readonly ingestionSeq: Promise<string>;
}

/** The reply to an ingestion that is done. */
export interface StoredReply extends Account {
  readonly ingestionId: string;
  readonly status: 'stored';
  /** From the arrival of the whole body to the commit. */
  readonly processingMs: number;
}

/** The reply to an ingestion whose bytes are committed and whose samples are written after it. */
export interface TakenReply {
  readonly ingestionId: string;
  readonly status: 'received';
  /** Where its state can be asked for; a path of this service. */
  readonly statusUrl: string;
  /** When it is worth asking. */
  readonly retryAfterS: number;
}

/** The reply to an ingestion. */
export type IngestReply = StoredReply | TakenReply;

/** Time since a moment of the monotonic clock, in ms to two places. */
export function elapsedSince(startedAtMs: number): number {
  return Math.round((performance.now() - startedAtMs) * 100) / 100;
}
