import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

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

  /** Ends those that are there now. */
  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
