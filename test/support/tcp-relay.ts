import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes bytes on to a server until it is cut or blocked, and again once it is mended. */
export class TcpRelay {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  private constructor(private readonly target: URL) {}

  /** A relay in front of the server of this URL, which passes bytes on. */
  static async before(url: string): Promise<TcpRelay> {
    const relay = new TcpRelay(new URL(url));
    await relay.mend();
    return relay;
  }

  /** The server's URL through this relay, the same before and after a cut. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket)));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Keeps all connections, takes new ones and passes nothing on, as a network that loses everything. */
  block(): void {
    this.server?.removeAllListeners('connection').on('connection', (near: Socket) => {
      this.sockets.add(near.on('error', () => undefined).on('close', () => this.sockets.delete(near)));
    });
    for (const socket of this.sockets) socket.unpipe().pause();
  }
}
