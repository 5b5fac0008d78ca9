import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How a bad network passes bytes on. */
export interface Slowness {
  /** Each piece waits this long. */
  readonly delayMs: number;
  /** Bytes of a piece at most. */
  readonly sliceBytes: number;
}

/** Time for a server to do what it will not be heard of. */
const lostAfterMs = 100;

/** Passes bytes on to a server until it is cut or blocked, and again once it is mended. */
export class TcpRelay {
  private readonly sockets = new Set<Socket>();
  /** Connections that lead nowhere: nobody hears of their end. */
  private readonly forgotten = new WeakSet<Socket>();
  /** Connections that were begun while nothing was passed on. */
  private readonly waiting: Socket[] = [];
  private server: Server | null = null;
  private port = 0;
  private slowness: Slowness | null = null;
  private loss: { readonly text: string; left: number } | null = null;

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

  /** Listens again after a cut. */
  async mend(): Promise<void> {
    const server = createServer((near) => this.join(near));
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

  /** Resets all connections (RST), in the middle of whatever they carry, and takes new ones. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Keeps all connections, takes new ones and passes nothing on, as a network that loses everything. */
  block(): void {
    this.server?.removeAllListeners('connection').on('connection', (near: Socket) => {
      this.waiting.push(near);
      this.sockets.add(near.on('error', () => undefined).on('close', () => this.sockets.delete(near)));
    });
    for (const socket of this.sockets) {
      this.forgotten.add(socket);
      socket.unpipe().pause();
    }
  }

  /**
   * Passes on what new connections carry, and those begun meanwhile, whose first packets are sent again. Those of the time
   * before lead nowhere for good, and nobody is told.
   */
  unblock(): void {
    this.server?.removeAllListeners('connection').on('connection', (near: Socket) => this.join(near));
    for (const near of this.waiting.splice(0)) {
      if (!near.destroyed) this.join(near);
    }
  }

  /** Connections made from now on are this slow; null: as fast as they can be. */
  slow(slowness: Slowness | null): void {
    this.slowness = slowness;
  }

  /** Passes the next `count` requests on that hold this text, and then resets the connection instead of the answer. */
  loseAnswersTo(text: string, count: number): void {
    this.loss = { text, left: count };
  }

  /** Answers that are still to be lost. */
  get answersToLose(): number {
    return this.loss?.left ?? 0;
  }

  private loseAnswer(near: Socket, far: Socket, bytes: Buffer): void {
    const { loss } = this;
    if (loss === null || loss.left === 0 || !bytes.includes(loss.text)) return;
    loss.left--;
    far.unpipe(near);
    setTimeout(() => near.resetAndDestroy(), lostAfterMs);
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket.on('error', () => undefined));
      // A message in several packets would wait 40 ms for the acknowledgement of the first.
      socket.setNoDelay(true);
      socket.on('close', () => {
        this.sockets.delete(socket);
        // A server that dies resets its connections, which no pipe passes on.
        if (!this.forgotten.has(socket)) other.destroySoon();
      });
    }
    if (this.slowness === null) {
      near.on('data', (bytes: Buffer) => this.loseAnswer(near, far, bytes));
      near.pipe(far).pipe(near);
      return;
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      void passSlowly(from, to, this.slowness);
    }
  }
}

/** Passes bytes on piece by piece until one side ends. */
async function passSlowly(from: Socket, to: Socket, { delayMs, sliceBytes }: Slowness): Promise<void> {
  try {
    for await (const bytes of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length; at += sliceBytes) {
        if (delayMs > 0) await delay(delayMs);
        to.write(bytes.subarray(at, at + sliceBytes));
      }
    }
  } catch {
    // The connection was broken: the other side's end is told below.
  }
  to.end();
}
