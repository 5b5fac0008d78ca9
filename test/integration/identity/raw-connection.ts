import { connect, type Socket } from 'node:net';

/** A client that decides about every byte: what an HTTP client library would not let a test do. */
export class RawConnection {
  /** Everything that was received. */
  received = '';
  /** Resolves when the server has closed its half, rejects when it reset the connection. */
  readonly ended: Promise<void>;
  readonly socket: Socket;
  private changed: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('utf8').on('data', (text) => {
      this.received += text;
      this.changed();
    });
    this.ended = new Promise((resolve, reject) => {
      this.socket.once('end', resolve).once('error', reject);
    });
    this.ended.catch(() => this.changed());
  }

  /** Sends the head of a request; `headers` are lines. */
  sendHead(requestLine: string, ...headers: string[]): void {
    this.socket.write([`${requestLine} HTTP/1.1`, 'Host: test', ...headers, '', ''].join('\r\n'));
  }

  /** Waits until something was received that matches; rejects after `timeoutMs`. */
  async waitFor(pattern: RegExp, timeoutMs = 2000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!pattern.test(this.received)) {
      if (Date.now() > deadline) throw new Error(`no ${pattern} in ${JSON.stringify(this.received)}`);
      await Promise.race([
        new Promise<void>((resolve) => {
          this.changed = resolve;
        }),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ]);
    }
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.socket.destroy();
  }
}
