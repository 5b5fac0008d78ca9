import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProbePlan, ProbeReport } from './run-probes';

// A process of its own that asks a service how it is, as an orchestrator does, and notes how long it waits. Argument:
// the plan as JSON. Says `ready`, waits for `go`, and sends its report.

/** On a kept connection or on a new one. */
const agents = { kept: new Agent({ keepAlive: true }), fresh: new Agent({ keepAlive: false }) };

function call(
  plan: ProbePlan,
  path: string,
  agent: Agent,
  dueMs: number,
): Promise<{ ms: number; isAnswered: boolean }> {
  return new Promise((resolve) => {
    const finish = (isAnswered: boolean): void => {
      clearTimeout(timer);
      resolve({ ms: performance.now() - dueMs, isAnswered });
    };
    const request = get({ host: '127.0.0.1', port: plan.port, path, agent }, (answer) => {
      answer
        .resume()
        .on('end', () => finish(answer.statusCode === 200))
        .on('error', () => finish(false));
    });
    const timer = setTimeout(() => request.destroy(new Error('no answer')), plan.timeoutMs);
    request.on('error', () => finish(false));
  });
}

async function run(plan: ProbePlan): Promise<ProbeReport> {
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const calls = plan.paths.map(() => [] as Promise<{ ms: number; isAnswered: boolean }>[]);
  for (let n = 0; n < plan.callsPerPath; n++) {
    for (const [i, path] of plan.paths.entries()) {
      const dueMs = startMs + ((n + i / plan.paths.length) * 1000) / plan.callsPerPathAndS;
      // Never early: a latency counts from when the call was due.
      while (performance.now() < dueMs) await delay(Math.max(1, dueMs - performance.now()));
      calls[i]?.push(call(plan, path, n % 2 === 0 ? agents.fresh : agents.kept, dueMs));
    }
  }
  const found = await Promise.all(calls.map((ofPath) => Promise.all(ofPath)));
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    paths: found.map((ofPath) => ({
      latenciesMs: ofPath.map(({ ms }) => ms),
      unanswered: ofPath.filter(({ isAnswered }) => !isAnswered).length,
    })),
    cpuShare: (user + system) / 1000 / (performance.now() - startMs),
  };
}

process.on('disconnect', () => process.exit(1));
process.once('message', () => {
  void run(JSON.parse(process.argv[2] as string)).then((report) => process.send?.({ report }, () => process.exit(0)));
});
process.send?.({ ready: true });
