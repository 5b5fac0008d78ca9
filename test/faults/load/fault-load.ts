import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../bench/generate-samples';
import type { BenchUser } from '../../bench/service/bench-users';
import { Phone } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import { PhoneHistory } from '../history/phone-history';
import { FaultPhone } from './fault-phone';
import { LoadTally } from './load-tally';

const probeEveryMs = 100;

/** Much longer than a probe's own limit: the machine that is tested also makes the load. */
const probeTimeoutMs = 10_000;

/** The phones of one fault, and a prober that watches `/health` all the time. */
export class FaultLoad {
  readonly tally = new LoadTally();
  readonly histories: readonly PhoneHistory[];
  private readonly agent = new Agent({ keepAlive: true });
  private readonly phones: readonly FaultPhone[];
  /** Sends nothing by itself: a fault may have it send what it is about. */
  readonly courier: FaultPhone;
  private isProbing = false;
  private probing: Promise<void> | null = null;

  /** `staysReady`: whether `/ready` is 200 all the time too, as far as it is not PostgreSQL that is slow. */
  constructor(
    private readonly port: number,
    users: readonly BenchUser[],
    seed: number,
    private readonly staysReady: boolean,
  ) {
    const { agent, tally } = this;
    const all = users.map(({ userId, key }, i) => {
      const phone = new Phone({ port, agent, userId, keyId: '', key });
      const random = seededRandom(seed * 1000 + i);
      return new FaultPhone({ phone, history: new PhoneHistory(userId), tally, random });
    });
    this.histories = all.map(({ history }) => history);
    this.phones = all.slice(1);
    this.courier = all[0] as FaultPhone;
  }

  /** Begins, or goes on after {@link stop}. */
  start(): void {
    for (const phone of this.phones) phone.start();
    this.isProbing = true;
    this.probing = this.probe();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.isProbing = false;
    await Promise.all([this.probing, ...this.phones.map((phone) => phone.stop())]);
    this.agent.destroy();
  }

  /** True when each phone has had a request acknowledged that it began after that moment. */
  hasServedAllSince(sinceMs: number): boolean {
    return this.phones.every(({ acknowledgedSinceMs }) => acknowledgedSinceMs >= sinceMs);
  }

  /** Resolves as soon as one more request has been acknowledged, or after 5 s. */
  async nextAcknowledgement(): Promise<void> {
    const before = this.tally.acknowledgedRequests;
    const giveUpAtMs = performance.now() + 5000;
    while (this.tally.acknowledgedRequests === before && performance.now() < giveUpAtMs) await delay(1);
  }

  /** Whatever happens to the parts, the process itself is well. */
  private async probe(): Promise<void> {
    while (this.isProbing) {
      await this.ask('/health');
      if (this.staysReady) await this.ask('/ready');
      await delay(probeEveryMs);
    }
  }

  private async ask(path: string): Promise<void> {
    try {
      const { status, bytes } = await sendRequest({ port: this.port, method: 'GET', path, timeoutMs: probeTimeoutMs });
      // On a starved machine PostgreSQL may take longer than the second that readiness gives it.
      const isSlowOnly = path === '/ready' && failedParts(bytes).join() === 'database';
      if (status !== 200 && !isSlowOnly) this.tally.complain(`${path} was answered ${status}`);
    } catch (error) {
      if (!this.tally.mayBreak) this.tally.complain(`${path} was not answered: ${(error as Error).message}`);
    }
  }
}

/** The parts that an answer of `/ready` says are not well. */
function failedParts(bytes: Buffer): string[] {
  const { error } = JSON.parse(bytes.toString()) as { error?: object };
  return Object.keys(error ?? {});
}
