import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnswerTaker, KeepAliveClient } from './keep-alive-client';
import type { LoadPlan, LoadReport, PlannedBody } from './load-plan';
import { LoadTally } from './load-tally';
import { type DueRequest, dueRequests, goesOn } from './pacing';

// A process of its own that makes the load of a plan: argument, the plan's file. Connects, says `ready`, waits for `go`,
// and sends its report. It ends when whoever started it is gone.

/** Connections that are opened at once: fewer than the service lets wait. */
const connectingAtOnce = 200;

interface RequestUnderWay extends DueRequest {
  readonly body: PlannedBody;
}

class LoadGenerator implements AnswerTaker {
  private readonly bytes: Buffer;
  private readonly clients: KeepAliveClient[];
  /** Requests that each client has sent, the request under way, and what waits for it. */
  private readonly sent: Int32Array;
  private readonly underWay: (RequestUnderWay | undefined)[];
  private readonly waiting: DueRequest[][];
  private tally = new LoadTally(false);
  private startMs = 0;
  private busy = 0;

  constructor(private readonly plan: LoadPlan) {
    this.bytes = readFileSync(plan.bodiesFile);
    this.clients = plan.clients.map((_, index) => new KeepAliveClient(plan.port, this, index));
    this.sent = new Int32Array(plan.clients.length);
    this.underWay = plan.clients.map(() => undefined);
    this.waiting = plan.clients.map(() => []);
  }

  async connect(): Promise<void> {
    for (let start = 0; start < this.clients.length; start += connectingAtOnce) {
      const some = this.clients.slice(start, start + connectingAtOnce);
      await Promise.all(some.map((client) => client.connect()));
      await Promise.all(some.map((client) => client.greet()));
    }
  }

  async run(): Promise<LoadReport> {
    const { pace, answerTimeoutMs } = this.plan;
    this.tally = new LoadTally(this.plan.keepsAnswers === true);
    this.startMs = performance.now();
    if (pace.kind === 'closed' || pace.kind === 'counted') {
      for (const client of this.clients) this.send({ client: client.index, dueMs: this.startMs });
    } else {
      await this.sendWhenDue();
    }
    while (this.busy > 0 && performance.now() - this.tally.lastAnswerMs < answerTimeoutMs) await delay(5);
    return this.close();
  }

  answered(client: KeepAliveClient, status: number, reply: string): void {
    const { dueMs, body } = this.release(client);
    this.tally.answered(status, reply, body, performance.now() - dueMs);
    this.continue(client);
  }

  broken(client: KeepAliveClient): void {
    const { dueMs } = this.release(client);
    this.tally.broken(performance.now() - dueMs);
    this.continue(client);
  }

  private async sendWhenDue(): Promise<void> {
    for (const request of dueRequests(this.plan.pace, this.clients.length, this.startMs)) {
      while (performance.now() < request.dueMs) await delay(1);
      if (this.clients[request.client]?.isBusy === true) this.waiting[request.client]?.push(request);
      else this.send(request);
    }
  }

  private send(request: DueRequest): void {
    const { client } = request;
    const { keys, requestsPerKey, bodies } = this.plan.clients[client] as LoadPlan['clients'][number];
    const n = this.plan.firstRequest + (this.sent[client] as number);
    this.sent[client] = (this.sent[client] as number) + 1;
    const body = this.plan.bodies[bodies[n % bodies.length] as number] as PlannedBody;
    const key = keys[Math.floor(n / requestsPerKey) % keys.length] as string;
    this.underWay[client] = { ...request, body };
    this.busy++;
    this.clients[client]?.send(
      this.headOf(key, body.sentBytes),
      this.bytes.subarray(body.offset, body.offset + body.sentBytes),
    );
  }

  private headOf(key: string, bytes: number): string {
    const encoding = this.plan.contentEncoding === 'gzip' ? 'Content-Encoding: gzip\r\n' : '';
    return `POST /v1/ingest HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${encoding}Content-Length: ${bytes}\r\n\r\n`;
  }

  private release(client: KeepAliveClient): RequestUnderWay {
    this.busy--;
    const request = this.underWay[client.index] as RequestUnderWay;
    this.underWay[client.index] = undefined;
    return request;
  }

  private continue(client: KeepAliveClient): void {
    const { pace } = this.plan;
    const nowMs = performance.now();
    const next = this.waiting[client.index]?.shift();
    if (next !== undefined) this.send(next);
    else if (goesOn(pace, this.sent[client.index] as number, nowMs - this.startMs)) {
      this.send({ client: client.index, dueMs: nowMs });
    }
  }

  private close(): LoadReport {
    const nowMs = performance.now();
    const unanswered = this.underWay.filter((request) => request !== undefined);
    const unsent = this.waiting.flat();
    for (const client of this.clients) client.close();
    const nextRequest = this.plan.firstRequest + this.sent.reduce((most, sent) => Math.max(most, sent), 0);
    return this.tally.report(
      [...unanswered, ...unsent].map(({ dueMs }) => nowMs - dueMs),
      unsent.length,
      nextRequest,
    );
  }
}

process.on('disconnect', () => process.exit(1));

async function main(): Promise<void> {
  const generator = new LoadGenerator(JSON.parse(readFileSync(process.argv[2] as string, 'utf8')));
  await generator.connect();
  process.once('message', () => {
    void generator.run().then((report) => process.send?.({ report }, () => process.exit(0)));
  });
  process.send?.({ ready: true });
}

void main();
