import { createServer } from 'node:net';

/** Where the service is to listen. */
export interface ListenAddress {
  readonly port: number;
  readonly host: string;
}

/** The service cannot listen where it was told to; the message is a sentence that names the setting. */
export class CannotListenError extends Error {
  override readonly name = 'CannotListenError';
}

/** What a person is told of an error of listening; any other error as it is. */
export function explainListening(error: NodeJS.ErrnoException, { port, host }: ListenAddress): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new CannotListenError(
        `Port ${port} is in use by another program. Choose another one: PORT=${port < 65_535 ? port + 1 : 0} npm start`,
      );
    case 'EACCES':
      return new CannotListenError(`Port ${port} is not open to this user. Choose another one: PORT=3000 npm start`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new CannotListenError(
        `HOST=${host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 to let a phone in the same network in.`,
      );
    default:
      return error;
  }
}

/** Listens for a moment, to know it before anything is brought; resolves with why it cannot, or null when it can. */
export function findListenFault(address: ListenAddress): Promise<Error | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(explainListening(error, address)));
    probe.listen({ port: address.port, host: address.host }, () => probe.close(() => resolve(null)));
  });
}
