import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `isSo` is true; rejects after `timeoutMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const giveUpAtMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAtMs) throw new Error(`it did not become so within ${timeoutMs} ms`);
    await delay(20);
  }
}
