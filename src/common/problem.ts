/**
 * A fault to be told to the caller as problem+json (RFC 9457).
 *
 * `code` is stable: clients may branch on it. `detail` is a sentence for people and never holds health values or keys.
 * `retryAfterS` is sent as `Retry-After`; its presence says that the same request may succeed later.
 */
export class Problem extends Error {
  readonly retryAfterS: number | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    options: { retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'Problem';
    this.retryAfterS = options.retryAfterS;
  }
}
