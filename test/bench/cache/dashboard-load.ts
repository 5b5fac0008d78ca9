import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../generate-samples';
import { type DashboardPlan, type DashboardReport, nextQuestion, syncBody, zipfUsers } from './dashboard-plan';

/** Samples of a sync. */
const samplesPerSync = 60;

const plan = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as DashboardPlan;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function ask(port: number, path: string, key: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ agent, port, host: '127.0.0.1', path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a user's phone was told is stored: how many samples of today, and when it was told. */
interface Told {
  readonly samples: number;
  readonly atMs: number;
}

class Dashboards {
  readonly told: Told[] = plan.sentBefore.map((samples) => ({ samples, atMs: 0 }));
  readonly latenciesMs: number[] = [];
  reads = 0;
  syncs = 0;
  errors = 0;
  staleReads = 0;
  stalestMs = 0;
  private readonly random = seededRandom(plan.seed + plan.part);
  private readonly reader = zipfUsers(seededRandom(plan.seed), this.random, plan.users.length);
  private readonly phone = zipfUsers(seededRandom(plan.seed + 1), this.random, plan.users.length);
  private readonly syncing = new Map<number, Promise<void>>();

  private port(): number {
    return plan.ports[Math.floor(this.random() * plan.ports.length)] as number;
  }

  private key(user: number): string {
    return (plan.users[user] as { key: string }).key;
  }

  /** A phone sends one payload after another. */
  sync(): Promise<void> {
    const user = this.phone();
    const port = this.port();
    const next = (this.syncing.get(user) ?? Promise.resolve()).then(() => this.send(user, port));
    this.syncing.set(user, next);
    return next;
  }

  private async send(user: number, port: number): Promise<void> {
    const { samples } = this.told[user] as Told;
    const body = syncBody(plan.todayMs, samples, samplesPerSync);
    const { status } = await ask(port, '/v1/ingest', this.key(user), body);
    this.syncs++;
    if (status === 200) this.told[user] = { samples: samples + samplesPerSync, atMs: performance.now() };
    else this.errors++;
  }

  async read(): Promise<void> {
    const user = this.reader();
    const { path, countToday } = nextQuestion(this.random, plan.todayMs);
    const [before, startMs] = [this.told[user] as Told, performance.now()];
    const { status, text } = await ask(this.port(), path, this.key(user));
    this.latenciesMs.push(performance.now() - startMs);
    this.reads++;
    if (status !== 200) {
      this.errors++;
      return;
    }
    const seen = countToday(text);
    if (seen === null || seen >= before.samples) return;
    this.staleReads++;
    this.stalestMs = Math.max(this.stalestMs, startMs - before.atMs);
  }

  report(): DashboardReport {
    const { reads, syncs, errors, staleReads, stalestMs, latenciesMs, told } = this;
    return { reads, syncs, errors, staleReads, stalestMs, latenciesMs, sent: told.map(({ samples }) => samples) };
  }
}

async function run(): Promise<void> {
  const dashboards = new Dashboards();
  const running = new Set<Promise<void>>();
  const startMs = performance.now();
  const random = seededRandom(plan.seed - plan.part);
  let dueMs = startMs;
  for (let n = 0; ; n++) {
    dueMs += (-Math.log(1 - random()) * 1000) / plan.readsPerS;
    if (dueMs > startMs + plan.durationMs) break;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await delay(waitMs);
    const due = [dashboards.read(), ...(n % plan.readsPerSync === 0 ? [dashboards.sync()] : [])];
    for (const one of due) {
      const settled = one.catch(() => {
        dashboards.errors++;
      });
      running.add(settled);
      void settled.then(() => running.delete(settled));
    }
  }
  await Promise.all(running);
  agent.destroy();
  process.send?.({ report: dashboards.report() }, () => process.disconnect());
}

process.once('message', () => void run());
process.send?.({ ready: true });
