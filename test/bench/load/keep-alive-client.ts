import { connect, type Socket } from 'node:net';

/** What a client is told; each request it takes ends in exactly one of the two. */
export interface AnswerTaker {
  answered(client: KeepAliveClient, status: number, body: string): void;
  /** The connection ended before the answer. */
  broken(client: KeepAliveClient): void;
}

const headEnd = Buffer.from('\r\n\r\n');

/**
 * One kept connection with one request under way at most.
 *
 * On a raw socket, because Node's own client takes more time for a request than the service may: the machine that is
 * measured also makes the load.
 */
export class KeepAliveClient {
  isBusy = false;
  private socket: Socket | undefined;
  private received: Buffer = Buffer.alloc(0);
  private headBytes = -1;
  private bodyBytes = 0;
  private greeted: (() => void) | null = null;

  constructor(
    private readonly port: number,
    private readonly taker: AnswerTaker,
    /** Its place among the clients. */
    readonly index: number,
  ) {}

  /** Connects; rejects when nobody takes the connection. */
  connect(): Promise<void> {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    this.received = Buffer.alloc(0);
    this.headBytes = -1;
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.lose(socket));
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => reject(new Error(`no connection to port ${this.port}`)));
    });
  }

  /**
   * Makes it a kept connection by asking for /health once: one on which nothing has come yet is given up by the service
   * after the time for headers.
   */
  greet(): Promise<void> {
    return new Promise((resolve) => {
      this.greeted = resolve;
      this.send('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', Buffer.alloc(0));
    });
  }

  /** Sends a request, over a new connection when the service has closed the old one. */
  send(head: string, body: Buffer): void {
    this.isBusy = true;
    if (this.socket === undefined) void this.connect().catch(() => undefined);
    const socket = this.socket as unknown as Socket;
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** Ends the connection; what is under way is not told any more. */
  close(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    if (this.headBytes < 0) {
      const end = this.received.indexOf(headEnd);
      if (end < 0) return;
      this.headBytes = end + headEnd.length;
      const head = this.received.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      // The service gives every answer a length; without one its end could not be known.
      if (length === undefined) return void this.socket?.destroy();
      this.bodyBytes = Number(length);
    }
    const end = this.headBytes + this.bodyBytes;
    if (this.received.length < end) return;
    const status = Number(this.received.toString('latin1', 9, 12));
    const body = this.received.toString('utf8', this.headBytes, end);
    this.received = this.received.subarray(end);
    this.headBytes = -1;
    this.isBusy = false;
    const { greeted } = this;
    this.greeted = null;
    if (greeted === null) this.taker.answered(this, status, body);
    else greeted();
  }

  private lose(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    if (!this.isBusy) return;
    this.isBusy = false;
    this.taker.broken(this);
  }
}
