/**
 * The results of `load`, each from the one before it, until it gives null. The next one is loaded while the caller is busy
 * with the last, so at most two are held.
 *
 * Errors: rejects with what `load` rejects with, when its result would be next.
 */
export async function* readAhead<T>(load: (before: T | null) => Promise<T | null>): AsyncGenerator<T> {
  let next = load(null);
  for (let result = await next; result !== null; result = await next) {
    next = load(result);
    // The caller may stop before it comes to this one; whoever awaits it below still gets the error.
    next.catch(() => undefined);
    yield result;
  }
}
