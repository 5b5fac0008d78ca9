import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often connections are looked for, while a server closes, that were made meanwhile and not used. */
const checkMs = 200;

/** Connections on which nothing has been asked yet: `server.close()` waits for them, and nobody else ends them. */
export class UnusedConnections {
  private readonly sockets = new Set<Socket>();

  /** Begins to watch a server. */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage) => this.sockets.delete(socket));
  }

  /** Ends those that are there now and those that are made until the server has closed; settles as `closed` does. */
  async closeUntil(closed: Promise<void>): Promise<void> {
    this.close();
    const closing = setInterval(() => this.close(), checkMs);
    await closed.finally(() => clearInterval(closing));
  }

  private close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
