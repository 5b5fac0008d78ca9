import { createServer } from 'node:net';

/** Another program took the port between our probe and the server's start. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** Starts that lose their port one after another before we give up: five in a row is not bad luck. */
const MAX_ATTEMPTS = 5;

/** A TCP port on 127.0.0.1 that nobody listened on a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address && typeof address === 'object') {
          resolve(address.port);
        } else {
          reject(new Error('the system did not name the port that it gave'));
        }
      });
    });
  });
}

/**
 * Calls `start` with a free port, and with another one each time that it rejects with PortTakenError.
 * Any other rejection is passed on at once; so is the last PortTakenError of five.
 */
export async function startOnFreePort<T>(start: (port: number) => Promise<T>, findPort = findFreePort): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await findPort());
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === MAX_ATTEMPTS) {
        throw error;
      }
    }
  }
}
