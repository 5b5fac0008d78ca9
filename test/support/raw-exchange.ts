import { connect, type Socket } from 'node:net';

/** One answer of the service, as it stood on the wire. */
export interface WireAnswer {
  readonly status: number;
  /** The head, in lower case. */
  readonly head: string;
  readonly body: string;
}

/** A connection on which the test decides about every byte. */
export class RawExchange {
  private received = '';
  /** The service will send nothing more. */
  private isOver = false;
  /** The service will take nothing more either. */
  private isCut = false;
  private wake: () => void = () => undefined;
  private readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
      this.wake();
    });
    const over = (): void => {
      this.isOver = true;
      this.wake();
    };
    const cut = (): void => {
      this.isCut = true;
      over();
    };
    this.socket.on('end', over).on('error', cut).on('close', cut);
  }

  /** The lines of a head, and what follows it. */
  sendHead(lines: readonly string[], body: string | Buffer = ''): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (body.length > 0) this.socket.write(body);
  }

  /** More bytes of a body. Returns false when the service takes no more for now. */
  send(bytes: string | Buffer): boolean {
    return !this.isCut && this.socket.writable && this.socket.write(bytes);
  }

  /** More bytes of a body, all of them on their way when this resolves; rejects when the service does not take them. */
  async sendAll(bytes: Buffer, timeoutMs = 3000): Promise<void> {
    let isTaken = false;
    this.socket.write(bytes, () => {
      isTaken = true;
      this.wake();
    });
    await this.waitUntil(() => isTaken || this.isCut, timeoutMs);
    if (!isTaken) throw new Error('the service stopped taking the body');
  }

  /** Sends nothing more, which the service is told. */
  finish(): void {
    this.socket.end();
  }

  /** True when the service has ended or cut the connection. */
  get isClosed(): boolean {
    return this.isOver;
  }

  /** How many answers have begun. */
  get answers(): number {
    return this.received.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0;
  }

  /** Whether the service has said that the body may come. */
  async isToldToContinue(timeoutMs: number): Promise<boolean> {
    await this.waitUntil(() => this.isOver || this.received.includes('\r\n\r\n'), timeoutMs);
    return /^HTTP\/1\.1 100 /.test(this.received);
  }

  /** The final answer; rejects when there is none in time, or the connection ends without one. */
  async answer(timeoutMs = 10_000): Promise<WireAnswer> {
    await this.waitUntil(() => this.isOver || this.wholeAnswer() !== null, timeoutMs);
    const answer = this.wholeAnswer();
    if (answer === null) throw new Error(`no answer, but ${JSON.stringify(this.received.slice(0, 300))}`);
    return answer;
  }

  /** Waits until the service has ended the connection; rejects when it does not in time. */
  async closed(timeoutMs = 10_000): Promise<void> {
    await this.waitUntil(() => this.isOver, timeoutMs);
    if (!this.isOver) throw new Error('the connection is still open');
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.socket.destroy();
  }

  private wholeAnswer(): WireAnswer | null {
    const text = this.received.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '');
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    const lengthBytes = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    const isWhole = rest.length > 0 && (body.length >= lengthBytes || (Number.isNaN(lengthBytes) && this.isOver));
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    return isWhole && status > 0 ? { status, head: head.toLowerCase(), body } : null;
  }

  private async waitUntil(isSo: () => boolean, timeoutMs: number): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!isSo() && performance.now() < deadlineMs) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
