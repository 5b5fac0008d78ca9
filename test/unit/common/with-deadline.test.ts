import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { DeadlineError, withDeadline } from '../../../src/common/with-deadline';

test('passes on what comes in time', async () => {
  await expect(withDeadline(delay(5, 'in time'), 1000)).resolves.toBe('in time');
  await expect(withDeadline(Promise.reject(new Error('refused')), 1000)).rejects.toThrow('refused');
});

test('gives up on what does not, and ignores a rejection that comes later', async () => {
  const late = delay(30).then(() => Promise.reject(new Error('late')));
  await expect(withDeadline(late, 10)).rejects.toThrow(DeadlineError);
  // Vitest fails the run on an unhandled rejection.
  await delay(40);
});

test('an answer that arrived while the event loop was blocked is in time', async () => {
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => port2.once('message', resolve));
  // From here the loop goes on to timers before it reads.
  await new Promise((resolve) => setImmediate(resolve));
  const waited = withDeadline(answered, 20);
  port1.postMessage('arrived');
  const blockedUntilMs = performance.now() + 60;
  while (performance.now() < blockedUntilMs);
  await expect(waited).resolves.toBe('arrived');
  port1.close();
});

test('what is sent at the end of the turn has its time from then on, however long the turn is', async () => {
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => port2.once('message', resolve));
  await new Promise((resolve) => setImmediate(resolve));
  setImmediate(() => port1.postMessage('arrived'));
  const waited = withDeadline(answered, 20);
  const blockedUntilMs = performance.now() + 60;
  while (performance.now() < blockedUntilMs);
  await expect(waited).resolves.toBe('arrived');
  port1.close();
});
