import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { seededRandom } from '../bench/generate-samples';
import type { Fault } from './fault';
import { checkHistories } from './history/check-history';
import type { PhoneHistory } from './history/phone-history';
import { FaultLoad } from './load/fault-load';
import type { Stage } from './stage';

/** What one strike of a fault did and what was found afterwards. */
export interface FaultReport {
  readonly acknowledgedRequests: number;
  readonly acknowledgedSamples: number;
  readonly refusals: number;
  readonly broken: number;
  readonly lost: number;
  readonly double: number;
  /** From the end of the fault until every phone was served and `/ready` was 200, with no part degraded. */
  readonly healingMs: number;
  /** What must not be; empty when all is well. */
  readonly complaints: readonly string[];
  /** What was sent, to be looked for again at the end of all. */
  readonly histories: readonly PhoneHistory[];
}

/** One of them sends only what a fault has it send. */
const phoneCount = 7;

/** What is to be worked on; a body whose sender is gone stays for minutes before it is removed. */
const openWorkSql = `SELECT count(*)::int AS open FROM ingestion_work WHERE kind <> 'receive'`;

/** Longest time from the end of a fault until everything works again. */
const maxHealingMs = 10_000;

/** Longest time that is waited for it, so that a report can say that it did heal in the end. */
const givenUpAfterMs = 25_000;

/** Waits until `isSo`; returns whether it became so in time. */
async function becomes(isSo: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const giveUpAtMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAtMs) return false;
    await delay(25);
  }
  return true;
}

/** One strike: load, fault, healing, quiet, and a look at everything. */
class FaultRun {
  private readonly complaints: string[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly fault: Fault,
    private readonly round: number,
    private readonly seed: number,
  ) {}

  async run(): Promise<FaultReport> {
    await this.fault.prepare?.(this.stage);
    const load = new FaultLoad(
      this.stage.port,
      await this.stage.createUsers(phoneCount),
      this.seed,
      this.fault.expected === 'nothing',
    );
    const healingMs = await this.underLoad(load);
    await this.settle();
    const client = await this.stage.connect();
    const verdict = await checkHistories(client, load.histories).finally(() => client.end());
    const { tally, histories } = load;
    if (this.fault.expected === 'nothing' && tally.refusals > 0)
      this.complain(`${tally.refusals} requests were refused`);
    if (this.fault.expected === 'refusals' && tally.refusals + tally.broken === 0) this.complain('it did not strike');
    if (!this.stage.service.isAlive) this.complain('the service has ended');
    const { acknowledgedRequests, acknowledgedSamples, refusals, broken } = tally;
    const { lost, double } = verdict;
    const complaints = [...this.complaints, ...tally.complaints, ...verdict.complaints];
    if (lost > 0) complaints.push(`${lost} acknowledged samples are lost`);
    if (double > 0) complaints.push(`${double} rows are double`);
    return {
      acknowledgedRequests,
      acknowledgedSamples,
      refusals,
      broken,
      lost,
      double,
      healingMs,
      complaints,
      histories,
    };
  }

  private complain(sentence: string): void {
    this.complaints.push(sentence);
  }

  private async underLoad(load: FaultLoad): Promise<number> {
    const { stage, round } = this;
    const clients: Client[] = [];
    load.start();
    try {
      if (!(await becomes(() => load.hasServedAllSince(0), 15_000))) this.complain('the load did not begin');
      const connect = async (): Promise<Client> => {
        const client = await stage.connect();
        clients.push(client);
        return client;
      };
      const strike = { stage, load, round, random: seededRandom(this.seed), connect };
      await this.fault
        .strike(strike)
        .catch((error: Error) => this.complain(`the fault itself failed: ${error.message}`));
      return await this.heal(load);
    } finally {
      await load.stop();
      await Promise.all(clients.map((client) => client.end()));
    }
  }

  private async heal(load: FaultLoad): Promise<number> {
    const endedAtMs = performance.now();
    const isHealed = await becomes(async () => {
      if (!load.hasServedAllSince(endedAtMs)) return false;
      const ready = await this.stage.get('/ready').catch(() => null);
      return ready?.status === 200 && (this.fault.leavesRedisAway || !ready.bytes.includes('degraded'));
    }, givenUpAfterMs);
    const healingMs = performance.now() - endedAtMs;
    if (!isHealed) this.complain(`it did not heal within ${givenUpAfterMs / 1000} s`);
    else if (healingMs > maxHealingMs) this.complain(`it took ${(healingMs / 1000).toFixed(1)} s to heal`);
    return healingMs;
  }

  /** Nothing is left behind: what was put off is done, no connection is in use. */
  private async settle(): Promise<void> {
    const client = await this.stage.connect();
    const isDone = await becomes(
      async () => {
        const { rows } = await client.query(openWorkSql);
        return rows[0].open === 0;
      },
      this.stage.lasting(75_000, 25_000),
    ).finally(() => client.end());
    if (!isDone) this.complain('large bodies are left undone');
    const isIdle = await becomes(async () => {
      const metrics = await this.stage.get('/metrics').catch(() => null);
      return /^health_export_database_pool_connections\{state="used"\} 0$/m.test(metrics?.bytes.toString() ?? '');
    }, 15_000);
    if (!isIdle) this.complain('connections of the pool stay in use when nothing is under way');
  }
}

/** Strikes once and returns what was found. Rejects only when the stage itself fails. */
export function runFault(stage: Stage, fault: Fault, round: number, seed: number): Promise<FaultReport> {
  return new FaultRun(stage, fault, round, seed).run();
}
