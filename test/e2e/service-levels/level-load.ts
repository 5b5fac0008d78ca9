import { expect } from 'vitest';
import type { ServiceLevelsAnswer } from '../../../src/service-levels/service-levels-answer';
import { minutesOfHeartRate } from '../../support/minutes-of-heart-rate';
import type { Phone } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import type { Service } from '../../support/service';

/** What a service says of one promise. */
export type PromiseAnswer = ServiceLevelsAnswer['promises'][number];

/** Asks without a key, as a program on the same machine. */
export async function askLevels({ port }: Pick<Service, 'port'>): Promise<ServiceLevelsAnswer> {
  const reply = await sendRequest({ port, method: 'GET', path: '/v1/service-levels' });
  expect(reply.status).toBe(200);
  return JSON.parse(reply.bytes.toString()) as ServiceLevelsAnswer;
}

/** One promise of an answer. */
export function promiseOf(answer: ServiceLevelsAnswer, id: string): PromiseAnswer {
  const found = answer.promises.find((promise) => promise.id === id);
  if (found === undefined) throw new Error(`nothing is promised as ${id}`);
  return found;
}

/** A little of everything that is promised about: payloads, one of 10,000 samples, questions asked twice, probes. */
export async function loadALittle({ port }: Service, phone: Phone): Promise<void> {
  expect((await phone.post(minutesOfHeartRate(10_000))).json.stored).toBe(10_000);
  for (let i = 0; i < 5; i++) {
    expect((await phone.post(minutesOfHeartRate(60 + i))).status).toBe(200);
    for (const path of ['/health', '/ready']) {
      expect((await sendRequest({ port, method: 'GET', path })).status).toBe(200);
    }
    expect((await phone.get('/v1/recent')).status).toBe(200);
    expect((await phone.get('/v1/metrics')).status).toBe(200);
  }
}
