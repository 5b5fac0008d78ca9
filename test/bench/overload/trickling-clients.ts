import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Between two bytes of a client. */
const byteEveryMs = 1000;

/** Connections that are opened at once: fewer than the service lets wait. */
const connectingAtOnce = 100;

/** How a crowd of trickling clients fared. */
export interface TrickleCount {
  readonly connected: number;
  /** Were answered 408. */
  readonly refused: number;
}

/** Clients with a good key that announce a body and send it a byte a second; one that is cut comes again. */
export class TricklingClients {
  private readonly sockets = new Set<Socket>();
  private refused = 0;
  private isOpen = true;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly port: number,
    private readonly keys: readonly string[],
  ) {
    this.timer = setInterval(() => {
      for (const socket of this.sockets) socket.write(' ');
    }, byteEveryMs);
  }

  /** Connects all of them. */
  async open(): Promise<void> {
    for (const [i, key] of this.keys.entries()) {
      this.start(key);
      if (i % connectingAtOnce === connectingAtOnce - 1) await delay(50);
    }
  }

  /** How many there are now, and how many were refused so far. */
  count(): TrickleCount {
    return { connected: this.sockets.size, refused: this.refused };
  }

  /** Ends all of them. */
  close(): void {
    this.isOpen = false;
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
  }

  private start(key: string): void {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    this.sockets.add(socket);
    socket.write(
      `POST /v1/ingest HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n{`,
    );
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1').startsWith('HTTP/1.1 408 ')) this.refused++;
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (this.isOpen) setTimeout(() => this.isOpen && this.start(key), byteEveryMs);
    });
  }
}
