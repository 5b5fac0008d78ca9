import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isLocalRequest } from '../../../src/identity/local-request';

function isLocal(remoteAddress: string | undefined, headers: Record<string, string> = { host: '127.0.0.1:3000' }) {
  return isLocalRequest({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('%s is this machine', (address) => {
  expect(isLocal(address)).toBe(true);
});

test.each(['10.0.0.1', '::ffff:10.0.0.1', '127.0.0.1.example', 'fe80::1', '::', undefined])('%s is not', (address) => {
  expect(isLocal(address)).toBe(false);
});

test.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '[::1]:3000'])('it may be called %s', (host) => {
  expect(isLocal('127.0.0.1', { host })).toBe(true);
});

test.each(['health.example.org', 'localhost.example.org', '127.0.0.1.nip.io', '', 'localhost@evil'])(
  'it may not be called "%s", which somebody else’s DNS may say',
  (host) => {
    expect(isLocal('127.0.0.1', { host })).toBe(false);
  },
);

test.each(['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'cf-connecting-ip'])(
  'what a proxy passed on (%s) is not local, whatever it says',
  (name) => {
    expect(isLocal('127.0.0.1', { host: 'localhost', [name]: '127.0.0.1' })).toBe(false);
  },
);
