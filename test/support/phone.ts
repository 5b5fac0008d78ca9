import type { Agent, IncomingHttpHeaders } from 'node:http';
import { sendRequest } from './send-request';

/** What the service says became of samples. */
export interface Counts {
  readonly received: number;
  readonly stored: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** The body of an answer: the account of an ingestion, or the members of a problem. */
export interface AnswerBody extends Counts {
  readonly ingestionId: string;
  readonly status: string | number;
  readonly statusUrl: string;
  readonly metrics: Readonly<Record<string, Counts>>;
  readonly rejections: readonly { readonly path: string; readonly metric: string; readonly reason: string }[];
  readonly processingMs: number;
  readonly type: string;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
}

/** An answer with its body read as JSON. */
export interface Answer<Body = AnswerBody> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: Body;
}

interface PhoneParts {
  readonly port: number;
  readonly agent: Agent;
  readonly userId: string;
  readonly keyId: string;
  readonly key: string;
}

/** One user's phone: it sends exports and asks for what is there, with its own key. */
export class Phone {
  readonly userId: string;
  readonly keyId: string;
  readonly key: string;

  constructor(private readonly parts: PhoneParts) {
    this.userId = parts.userId;
    this.keyId = parts.keyId;
    this.key = parts.key;
  }

  /** The same phone, sending to another port. */
  at(port: number): Phone {
    return new Phone({ ...this.parts, port });
  }

  /** Posts an export; text and bytes are sent as they are, anything else as JSON. */
  post(body: unknown, headers: Readonly<Record<string, string>> = {}, path = '/v1/ingest'): Promise<Answer> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return this.send('POST', path, headers, bytes);
  }

  /** Replaces something. */
  put<Body>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.send('PUT', path, {}, Buffer.from(JSON.stringify(body)));
  }

  /** Has an ingestion written again. */
  replay(id: string): Promise<Answer> {
    return this.send('POST', `/v1/ingestions/${id}/replay`, {});
  }

  /** Asks for something. */
  get<Body>(path: string): Promise<Answer<Body>> {
    return this.send('GET', path, {});
  }

  /** Asks for bytes. */
  async getBytes(path: string): Promise<Buffer> {
    const { port, agent, key } = this.parts;
    const headers = { authorization: `Bearer ${key}` };
    return (await sendRequest({ port, agent, method: 'GET', path, headers })).bytes;
  }

  private async send<Body>(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: Buffer,
  ): Promise<Answer<Body>> {
    const { port, agent, key } = this.parts;
    const sent = body === undefined ? {} : { 'content-type': 'application/json' };
    const reply = await sendRequest({
      port,
      agent,
      method,
      path,
      headers: { authorization: `Bearer ${key}`, ...sent, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: reply.status, headers: reply.headers, json: JSON.parse(reply.bytes.toString('utf8')) as Body };
  }
}
