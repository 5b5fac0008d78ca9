import { ParseFault } from '../parse/parse-fault';

/** The kept bytes of an ingestion are not there. */
export class MissingBytesError extends Error {
  constructor() {
    super('the kept bytes of an ingestion are missing');
    this.name = 'MissingBytesError';
  }
}

/** Why an ingestion cannot be read. */
export interface UnreadableReason {
  /** Stable: that of the fault of the body, or `bytes_missing`. */
  readonly code: string;
  /** Sentences for people that tell where the fault is, as they did when the body came; without health values. */
  readonly detail: string;
}

/** An ingestion that cannot be read again; it stays as it is. */
export class UnreadableIngestionError extends Error {
  readonly reason: UnreadableReason;

  constructor(
    readonly ingestionId: string,
    cause: unknown,
  ) {
    super('an ingestion cannot be read again', { cause });
    this.name = 'UnreadableIngestionError';
    this.reason =
      cause instanceof ParseFault
        ? { code: cause.code, detail: cause.message }
        : { code: 'bytes_missing', detail: 'The kept bytes are missing or damaged.' };
  }
}

/** True for what makes an ingestion unreadable: to this parser, or because its bytes are gone or damaged. */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof ParseFault || error instanceof MissingBytesError) return true;
  const { code } = error as { code?: unknown };
  // zlib's own codes, for gzip and for brotli.
  return typeof code === 'string' && /^(Z_|ERR__?BROTLI|ERR_ZLIB)/.test(code);
}
