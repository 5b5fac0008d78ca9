import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Replica } from './replica';
import { sendRequest } from './send-request';

/** How often each replica is asked whether it is ready; an orchestrator asks less often and waits longer. */
const probeEveryMs = 50;

/** A request of a client. */
export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/**
 * Clients in front of replicas, on kept connections: each request goes to the next replica that said last that it is
 * ready, as a Service does, and is never sent twice.
 */
export class RoundRobin {
  /** Requests that were answered with 2xx. */
  answered = 0;
  /** What became of all others. */
  readonly failures: string[] = [];
  private readonly agents: Agent[];
  private readonly ready: boolean[];
  private turn = 0;
  private isOpen = true;
  private readonly loops: Promise<void>[] = [];

  constructor(private readonly replicas: readonly Replica[]) {
    this.agents = replicas.map(() => new Agent({ keepAlive: true, maxSockets: 64 }));
    this.ready = replicas.map(() => true);
    this.loops.push(...replicas.map((_, i) => this.probe(i)));
  }

  /** Whether it sends to this replica. */
  sendsTo(index: number): boolean {
    return this.ready[index] === true;
  }

  /** A client that sends one request after another until everything is stopped. */
  startClient(next: () => ClientRequest): void {
    this.loops.push(this.send(next));
  }

  /** Stops the clients; resolves when each has its last answer. */
  async stop(): Promise<void> {
    this.isOpen = false;
    await Promise.all(this.loops);
    for (const agent of this.agents) agent.destroy();
  }

  private async probe(index: number): Promise<void> {
    while (this.isOpen) {
      this.ready[index] = (await (this.replicas[index] as Replica).probe('/ready')) === 200;
      await delay(probeEveryMs);
    }
  }

  private async send(next: () => ClientRequest): Promise<void> {
    while (this.isOpen) {
      const index = this.choose();
      if (index === null) {
        await delay(5);
        continue;
      }
      const { port } = this.replicas[index] as Replica;
      const request = next();
      try {
        const { status, bytes } = await sendRequest({ ...request, port, agent: this.agents[index] as Agent });
        if (status >= 200 && status < 300) this.answered++;
        else this.failures.push(`${request.method} ${request.path}: ${status} ${bytes.toString('utf8')}`);
      } catch (error) {
        this.failures.push(`${request.method} ${request.path}: ${(error as Error).message}`);
      }
      await delay(10);
    }
  }

  private choose(): number | null {
    for (let n = 0; n < this.replicas.length; n++) {
      this.turn = (this.turn + 1) % this.replicas.length;
      if (this.ready[this.turn] === true) return this.turn;
    }
    return null;
  }
}
