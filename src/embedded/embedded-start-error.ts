/**
 * Our own PostgreSQL cannot be started, for a reason that the person at the machine can act on.
 * The message is one sentence or two, ready to be shown as it is.
 */
export class EmbeddedStartError extends Error {
  override readonly name: string = 'EmbeddedStartError';
}
