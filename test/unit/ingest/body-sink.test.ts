import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BodyBudget } from '../../../src/ingest/receive/body-budget';
import { BodySink } from '../../../src/ingest/receive/body-sink';
import type { BodyFacts, BodySpill } from '../../../src/ingest/receive/received-body';
import { until } from '../../support/until';

/** A spill that takes its time for each write, and notes what is begun. */
class SlowSpill implements BodySpill {
  readonly begun: string[] = [];
  facts: BodyFacts | null = null;
  discarded = 0;

  async write(bytes: Buffer): Promise<void> {
    this.begun.push(bytes.toString());
    await delay(50);
  }

  complete(facts: BodyFacts): Promise<void> {
    this.facts = facts;
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.discarded++;
    return Promise.resolve();
  }
}

function openSink(spill: BodySpill, contentEncoding: 'identity' | 'gzip'): BodySink {
  const allowance = new BodyBudget(1000).open();
  const openSpill = async () => {
    await delay(5);
    return spill;
  };
  const headers = { contentType: 'application/json', contentEncoding };
  return new BodySink(headers, { inlineBodyBytes: 10, allowance, openSpill });
}

test('what is sent while the first bytes are being stored is stored after them', async () => {
  const spill = new SlowSpill();
  const sink = openSink(spill, 'gzip');
  for (const sent of ['1', '2', '3']) await sink.takeSent(Buffer.from(sent));
  // The inflater gives what these mean, while more comes from the client.
  const taking = sink.take(Buffer.alloc(20));
  const sending = sink.takeSent(Buffer.from('4'));
  await until(() => spill.begun.length === 1);
  await Promise.all([taking, sending, sink.takeSent(Buffer.from('5'))]);
  await sink.take(Buffer.alloc(5));
  const body = await sink.finish();
  expect(spill.begun).toEqual(['1', '2', '3', '4', '5']);
  expect(body).toMatchObject({ kind: 'spilled', sentBytes: 5, bodyBytes: 25 });
  expect(spill.facts).toMatchObject({ sentBytes: 5, bodyBytes: 25 });
});

test('a plain body is stored as it comes, from its first byte', async () => {
  const spill = new SlowSpill();
  const sink = openSink(spill, 'identity');
  for (const part of ['first ', 'second ', 'third']) await sink.take(Buffer.from(part));
  await sink.finish();
  expect(spill.begun).toEqual(['first ', 'second ', 'third']);
});

test('a body that is held never opens a spill, and one that is given up is discarded', async () => {
  const spill = new SlowSpill();
  const held = openSink(spill, 'identity');
  await held.take(Buffer.from('short'));
  expect(await held.finish()).toMatchObject({ kind: 'inline', bodyBytes: 5 });
  await held.discard();
  expect({ begun: spill.begun, discarded: spill.discarded }).toEqual({ begun: [], discarded: 0 });
  const given = openSink(spill, 'identity');
  await given.take(Buffer.alloc(20));
  await given.discard();
  expect(spill.discarded).toBe(1);
});

test('a body that is given up while its spill is being opened leaves nothing', async () => {
  const spill = new SlowSpill();
  const sink = openSink(spill, 'gzip');
  await sink.takeSent(Buffer.from('1'));
  const taking = sink.take(Buffer.alloc(20));
  await sink.discard();
  expect(spill.discarded).toBe(1);
  await taking;
});
