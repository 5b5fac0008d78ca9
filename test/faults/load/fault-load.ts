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

  /** `staysReady`: whether `/ready` is 200 all the time too. */
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
      const { status } = await sendRequest({ port: this.port, method: 'GET', path, timeoutMs: 5000 });
      if (status !== 200) this.tally.complain(`${path} was answered ${status}`);
    } catch (error) {
      if (!this.tally.mayBreak) this.tally.complain(`${path} was not answered: ${(error as Error).message}`);
    }
  }
}
