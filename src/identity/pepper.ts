/**
 * What secrets are digested under when KEY_PEPPER is not set: only keeps these digests apart from any other use of
 * HMAC-SHA-256 on the same texts.
 *
 * It is a constant, so that every replica and the command line agree on it without a place to keep it in. A secret one
 * would add little: it defends digests of guessable secrets after a database was stolen, and ours are 256 random bits.
 */
const publicPepper = 'health-export api key digest v1';

/**
 * The pepper in force. Changing KEY_PEPPER (also: setting it for the first time, or removing it) makes every key that
 * was issued before invalid until the old value is back; their rows stay.
 */
export function pepperOf(settings: { readonly keyPepper: string | undefined }): string {
  return settings.keyPepper ?? publicPepper;
}
