import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A step as it was sent. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent or empty where a trace begins. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number; readonly message?: string };
  readonly events?: readonly unknown[];
}

interface TraceBody {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[] }[];
}

/** A collector that takes traces by OTLP over HTTP, as JSON, and keeps them. */
export class OtlpReceiver {
  /** Bodies as they came. */
  readonly bodies: string[] = [];
  private constructor(private readonly server: Server) {}

  /** One that listens on a free port. */
  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        if (request.method === 'POST' && request.url === '/v1/traces') receiver.bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** What the service is told. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All steps that came so far. */
  get spans(): readonly ReceivedSpan[] {
    return this.bodies.flatMap((body) =>
      (JSON.parse(body) as TraceBody).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
