import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from './fault';
import { checkHistories } from './history/check-history';
import type { PhoneHistory } from './history/phone-history';
import { runFault } from './run-fault';
import { Stage } from './stage';

/** Makes a test of each fault, in its short form, on one stage; and one that looks for everything again at the end. */
export function strikeInTurn(faults: readonly Fault[]): void {
  let stage: Stage;
  let close: () => Promise<void> = () => Promise.resolve();
  const histories: PhoneHistory[] = [];

  beforeAll(async () => {
    stage = await Stage.open(false, (closing) => {
      close = closing;
    });
  });
  afterAll(() => close());

  for (const [i, fault] of faults.entries()) {
    test(`${fault.name}: nothing is lost, nothing is double, and all is well within 10 s`, async () => {
      const hindrance = fault.hindrance?.(stage) ?? null;
      if (hindrance !== null) return console.warn(`${fault.name}: not possible on this machine: ${hindrance}`);
      for (let round = 0; round < (fault.rounds?.short ?? 1); round++) {
        const report = await runFault(stage, fault, round, (i + 1) * 100 + round);
        histories.push(...report.histories);
        const output = stage.service.output.split('\n').slice(-10).join('\n');
        await fault.restore?.(stage);
        expect(report.complaints, output).toEqual([]);
      }
    });
  }

  test('what was acknowledged is still there at the end of all', async () => {
    const client = await stage.connect();
    try {
      expect(await checkHistories(client, histories)).toEqual({ lost: 0, double: 0, complaints: [] });
    } finally {
      await client.end();
    }
  });
}
