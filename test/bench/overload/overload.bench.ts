import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, percentile, rounded } from '../figures';
import type { KeptAnswer, LoadReport, Pace } from '../load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from '../load/run-load';
import { smallNeeds } from '../preflight';
import { BenchServers } from '../service/bench-servers';
import { createUsers } from '../service/bench-users';
import { checkStored } from '../service/check-stored';
import { ServiceUnderTest } from '../service/service-under-test';
import { SyncLoad } from '../service/sync-load';
import { TricklingClients } from './trickling-clients';

const seed = 20_261_133;
/** The crowd that saturates it without being too much: each waits for one answer. */
const crowd = 1000;
/** Enough that the load goes on coming, whatever becomes of what is under way. */
const phones = 5000;
const trickling = 1000;
/** Offered, as a multiple of the saturation. */
const excess = 3;
/** Offered before and after it, and beside those that trickle. */
const normalShare = 0.4;
/** A good request is answered within this, in ms: the floor for ingest. */
const goodLatencyMs = 200;
/** A slot of the time after the overload. */
const slotMs = 500;

function p99Of(answers: readonly KeptAnswer[]): number {
  return percentile(
    answers.map(({ latencyMs }) => latencyMs),
    0.99,
  );
}

const isStored = ({ status }: KeptAnswer): boolean => status >= 200 && status < 300;

/** Those that were due in a span of time, in ms since the start of the load. */
function dueWithin(answers: readonly KeptAnswer[], fromMs: number, untilMs: number): KeptAnswer[] {
  return answers.filter(({ dueMs }) => dueMs >= fromMs && dueMs < untilMs);
}

/** Time from the end of the overload until nothing is refused and half of all waits are as short as they were before. */
function recoveryMs(answers: readonly KeptAnswer[], beforeMs: number, fromMs: number, untilMs: number): number {
  let normalSinceMs = fromMs;
  for (let slot = fromMs; slot < untilMs; slot += slotMs) {
    const due = dueWithin(answers, slot, slot + slotMs);
    const isNormal = due.every(isStored) && median(due.map(({ latencyMs }) => latencyMs)) <= beforeMs;
    if (!isNormal) normalSinceMs = slot + slotMs;
  }
  return normalSinceMs - fromMs;
}

/** What the service says of its refusals. */
function refusalsIn(metrics: string): string {
  const found = metrics.matchAll(/^health_export_requests_refused_total\{reason="(\w+)"\} (\d+)$/gm);
  return [...found].map(([, reason, count]) => `${reason} ${count}`).join(', ');
}

async function run(context: BenchContext): Promise<BenchResult> {
  const servers = await BenchServers.start(context);
  const users = await createUsers(servers, phones);
  const load = SyncLoad.create(context, users, seed);
  const service = await ServiceUnderTest.start(context, servers);
  const sums = new AcknowledgedSums();
  const notes: string[] = [];
  const note = (line: string): void => {
    notes.push(line);
    context.progress(line);
  };
  const send = async (pace: Pace, what: string, clients: number): Promise<LoadReport> => {
    const plan = load.plan(service.port, pace);
    const report = await runLoad(context, { ...plan, clients: plan.clients.slice(0, clients), keepsAnswers: true });
    load.sentUntil(report.nextRequest);
    sums.add(report);
    note(`${what}: ${describeLoad(report)}`);
    return report;
  };
  const seconds = (full: number, quick: number): number => context.scaled(full, quick) * 1000;

  await send({ kind: 'closed', durationMs: seconds(6, 2) }, 'warm-up', crowd);
  const saturated = await send({ kind: 'closed', durationMs: seconds(10, 3) }, 'saturated', crowd);
  const peakRps = saturated.requestsPerS;

  const [beforeMs, riseMs, excessMs, afterMs] = [seconds(8, 2), seconds(5, 2), seconds(20, 4), seconds(15, 4)];
  const normal = normalShare * peakRps;
  const phases = [
    { ratePerS: normal, durationMs: beforeMs },
    { ratePerS: excess * peakRps, durationMs: riseMs + excessMs },
    { ratePerS: normal, durationMs: afterMs },
  ];
  const { answers, cpuShare } = await send(
    { kind: 'phases', phases, seed },
    `${excess} x ${Math.round(peakRps)}/s`,
    phones,
  );
  const steadyFromMs = beforeMs + riseMs;
  const overMs = steadyFromMs + excessMs;
  const before = dueWithin(answers, beforeMs / 2, beforeMs);
  const rise = dueWithin(answers, beforeMs, steadyFromMs);
  const steady = dueWithin(answers, steadyFromMs, overMs);
  const accepted = steady.filter(isStored);
  const refused = steady.filter(({ status }) => status === 429 || status === 503);
  const waits = before.map(({ latencyMs }) => latencyMs);
  const goodputRatio = accepted.length / (excessMs / 1000) / peakRps;
  const tellP99 = (of: readonly KeptAnswer[]): string => `p99 ${rounded(p99Of(of))} ms`;
  note(`before it: ${tellP99(before)}; while it rises, accepted: ${tellP99(rise.filter(isStored))}`);
  note(`at it: ${accepted.length} accepted, ${tellP99(accepted)}; ${refused.length} refused, ${tellP99(refused)}`);

  note(`refused by reason: ${refusalsIn(await service.get('/metrics'))}`);

  // The load of phones again, with others that hold connections and hardly send.
  const slow = new TricklingClients(
    service.port,
    users.slice(-trickling).map(({ key }) => key),
  );
  context.atEnd(() => slow.close());
  await slow.open();
  const beside: Pace = { kind: 'open', ratePerS: normal, durationMs: seconds(20, 4), seed };
  const good = await send(beside, `beside ${slow.count().connected} that trickle`, crowd);
  note(`of those that trickle ${slow.count().refused} were refused, ${slow.count().connected} are connected`);
  slow.close();
  const inTime = good.answers.filter((answer) => isStored(answer) && answer.latencyMs <= goodLatencyMs);
  await service.stop();
  const others = steady.length - accepted.length - refused.length;
  // What is refused is known not to be stored.
  const unknown = [saturated, good].reduce((sum, { errors }) => sum + errors, others);
  note(await checkStored(servers, Object.assign(sums, { unknown })));
  return {
    figures: {
      goodput_ratio: goodputRatio,
      accepted_p99_ms: p99Of(accepted),
      recovery_s: recoveryMs(answers, 2 * Math.max(median(waits), 50), overMs, overMs + afterMs) / 1000,
      trickling_good_ratio: inTime.length / good.due,
      errors: others,
      peak_rps: peakRps,
      refused_p99_ms: p99Of(refused),
      generator_cpu_share: cpuShare,
    },
    notes,
    settings: await servers.settings({ seed, phones, crowd, trickling, excess }),
  };
}

/** What becomes of a service that is asked for three times what it can do, and of one that slow clients hold on to. */
export const overloadBench: Bench = {
  name: 'overload',
  about: 'three times as much as it can do: what is still stored, how fast, and how soon all is well again',
  isShort: false,
  needs: () => ({ ...smallNeeds, openFiles: 8192, localPorts: 12_000 }),
  goals: {
    goodput_ratio: { min: 0.9 },
    accepted_p99_ms: { max: 400 },
    recovery_s: { max: 10 },
    trickling_good_ratio: { min: 0.95 },
    errors: { max: 0 },
  },
  run,
};
