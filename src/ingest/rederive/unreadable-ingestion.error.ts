import { ParseFault } from '../parse/parse-fault';

/** The kept bytes of an ingestion are not there. */
export class MissingBytesError extends Error {
  constructor() {
    super('the kept bytes of an ingestion are missing');
    this.name = 'MissingBytesError';
  }
}

/** An ingestion that cannot be read again; it stays as it is. */
export class UnreadableIngestionError extends Error {
  /** A stable code: that of the fault of the body, or `bytes_missing`. */
  readonly code: string;

  constructor(
    readonly ingestionId: string,
    cause: unknown,
  ) {
    super('an ingestion cannot be read again', { cause });
    this.name = 'UnreadableIngestionError';
    this.code = cause instanceof ParseFault ? cause.code : 'bytes_missing';
  }
}

/** True for what makes an ingestion unreadable: to this parser, or because its bytes are gone or damaged. */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof ParseFault || error instanceof MissingBytesError) return true;
  const { code } = error as { code?: unknown };
  // zlib's own codes, for gzip and for brotli.
  return typeof code === 'string' && /^(Z_|ERR__?BROTLI|ERR_ZLIB)/.test(code);
}
