import type { Answer, AnswerBody } from '../../support/phone';

/** So many different complaints tell what is wrong. */
const maxComplaints = 8;

/** What the answers of one fault's load say, and what is wrong with them. */
export class LoadTally {
  acknowledgedSamples = 0;
  acknowledgedRequests = 0;
  /** Answers 503 that say when to come again. */
  refusals = 0;
  /** Connections that ended before the answer. */
  broken = 0;
  /** What must not be; the first few. */
  readonly complaints: string[] = [];
  private awayCount = 0;

  /** While this is so, connections may break: the service itself is down. */
  serviceIsAway(isAway: boolean): void {
    this.awayCount += isAway ? 1 : -1;
  }

  /** Whether the service is down just now, because the fault is that. */
  get mayBreak(): boolean {
    return this.awayCount > 0;
  }

  noteAcknowledged(samples: number): void {
    this.acknowledgedRequests++;
    this.acknowledgedSamples += samples;
  }

  /** The only right answer, other than success, is 503 with `Retry-After`. */
  noteRefusal(what: string, { status, headers, json }: Answer<unknown>): void {
    const isRight = status === 503 && /^\d+$/.test(headers['retry-after'] ?? '');
    if (isRight) this.refusals++;
    else this.complain(`${what} was answered ${status} ${(json as { code?: unknown }).code ?? ''} without need`);
  }

  noteBroken(error: Error): void {
    this.broken++;
    if (!this.mayBreak) this.complain(`a request was not answered: ${error.message}`);
  }

  /** The equation of every reply. */
  checkAccount({ received, stored, updated, unchanged, rejected }: AnswerBody, samples: number): void {
    if (received !== samples || rejected !== 0 || received !== stored + updated + unchanged + rejected) {
      this.complain(`an account of ${samples} samples says ${[received, stored, updated, unchanged, rejected].join()}`);
    }
  }

  complain(sentence: string): void {
    const isNew = !this.complaints.includes(sentence);
    if (isNew && this.complaints.length < maxComplaints) this.complaints.push(sentence);
  }
}
