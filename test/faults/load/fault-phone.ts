import { setTimeout as delay } from 'node:timers/promises';
import type { Phone } from '../../support/phone';
import { bodyOf, lastMinute, samplesOf } from '../history/export-window';
import type { PhoneHistory, WindowHistory } from '../history/phone-history';
import type { LoadTally } from './load-tally';

/** 60 samples, as phones send them every few hours. */
const smallMinutes = 30;

/** Some 90 KB: beyond the limit that the service is started with, and more than one of its statements. */
const largeMinutes = 600;

/** Time between an answer and the next request. */
const thinkMs = 40;

/** Time after a refusal or a broken connection: much less than a phone waits, so that healing is seen early. */
const backOffMs = 150;

/** What a phone is made of. */
export interface FaultPhoneParts {
  readonly phone: Phone;
  readonly history: PhoneHistory;
  readonly tally: LoadTally;
  readonly random: () => number;
}

/** A phone that sends one request after another: new readings, the same again, corrections, now and then a large body. */
export class FaultPhone {
  /** Begin of the newest request that was acknowledged. */
  acknowledgedSinceMs = Number.NEGATIVE_INFINITY;
  private isStopped = false;
  private running: Promise<void> | null = null;

  constructor(private readonly parts: FaultPhoneParts) {}

  /** What it sent. */
  get history(): PhoneHistory {
    return this.parts.history;
  }

  /** Sends until it is stopped. */
  start(): void {
    this.isStopped = false;
    this.running = this.run();
  }

  /** Resolves when the request under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const startedAtMs = performance.now();
      const isGood = await (this.parts.random() < 0.1 ? this.read() : this.send(startedAtMs, this.chooseWindow()));
      await delay(isGood ? thinkMs * (0.5 + this.parts.random()) : backOffMs);
    }
  }

  /** Sends new readings of so many minutes; resolves when it is answered. Order: while the phone is not started. */
  async sendOnce(minutes: number): Promise<boolean> {
    return await this.send(performance.now(), this.parts.history.open(minutes));
  }

  private chooseWindow(): WindowHistory {
    const { history, random } = this.parts;
    const { windows } = history;
    const choice = random();
    const isLarge = choice > 0.96;
    const minutes = isLarge ? largeMinutes : smallMinutes;
    const isNew = windows.length === 0 || choice < 0.6 || isLarge;
    if (isNew && history.minutes + minutes < lastMinute) return history.open(minutes);
    // Mostly the newest ones, as the app re-sends what is of yesterday and today.
    const window = windows[Math.floor(windows.length * Math.sqrt(random()))] as WindowHistory;
    if (choice > 0.8) window.sentVersion++;
    return window;
  }

  private async send(startedAtMs: number, window: WindowHistory): Promise<boolean> {
    const { phone, history, tally } = this.parts;
    const body = bodyOf(window, window.sentVersion);
    let answer: Awaited<ReturnType<Phone['post']>>;
    try {
      answer = await phone.post(body);
    } catch (error) {
      history.note(window, 'unknown');
      tally.noteBroken(error as Error);
      return false;
    }
    const { status, json } = answer;
    if (status !== 200 && status !== 202) {
      tally.noteRefusal('POST /v1/ingest', answer);
      const isKnown = status < 500 || (status === 503 && json.code !== 'outcome_unknown');
      history.note(window, isKnown ? 'refused' : 'unknown');
      return false;
    }
    history.acknowledge(window, json.ingestionId, body);
    this.acknowledgedSinceMs = startedAtMs;
    if (status === 200) tally.checkAccount(json, samplesOf(window));
    tally.noteAcknowledged(samplesOf(window));
    return true;
  }

  private async read(): Promise<boolean> {
    const { phone, tally } = this.parts;
    try {
      const answer = await phone.get('/v1/metrics/heart_rate?limit=20&order=desc');
      if (answer.status !== 200) tally.noteRefusal('GET /v1/metrics/heart_rate', answer);
      return answer.status === 200;
    } catch (error) {
      tally.noteBroken(error as Error);
      return false;
    }
  }
}
