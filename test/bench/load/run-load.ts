import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context';
import { rounded } from '../figures';
import { type ChildTask, startChildTask } from './child-task';
import type { Acknowledged, LoadPlan, LoadReport } from './load-plan';

let plans = 0;

/** Starts a load generator and has it connect; it sends nothing before it is run. */
export async function prepareLoad(context: BenchContext, plan: LoadPlan): Promise<ChildTask<LoadReport>> {
  const file = join(context.workDir, `${++plans}.plan.json`);
  writeFileSync(file, JSON.stringify(plan));
  const task = await startChildTask<LoadReport>(context, join(__dirname, 'load-generator.js'), [file]);
  rmSync(file);
  return task;
}

/** Makes the load of a plan, from a process of its own. */
export async function runLoad(context: BenchContext, plan: LoadPlan): Promise<LoadReport> {
  return (await prepareLoad(context, plan)).run();
}

/** A load in one line. */
export function describeLoad({ requestsPerS, latencyMs, errors, cpuShare, byStatus, faults }: LoadReport): string {
  const { p50, p95, p99 } = latencyMs;
  const ms = [p50, p95, p99].map((value) => rounded(value)).join('/');
  const trouble = errors === 0 ? '' : `, ${errors} errors ${JSON.stringify({ ...byStatus, ...faults })}`;
  return `${Math.round(requestsPerS)} requests/s, p50/p95/p99 ${ms} ms, generator ${Math.round(cpuShare * 100)} % of a core${trouble}`;
}

/** What several loads were acknowledged together. */
export class AcknowledgedSums {
  readonly total = {
    requests: 0,
    sentBytes: 0,
    bodyBytes: 0,
    received: 0,
    stored: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
  };
  /** Requests that may be stored without having been acknowledged. */
  unknown = 0;

  /** Adds a load's sums. */
  add({ acknowledged, errors }: Pick<LoadReport, 'acknowledged' | 'errors'>): void {
    for (const key of Object.keys(this.total) as (keyof Acknowledged)[]) this.total[key] += acknowledged[key];
    this.unknown += errors;
  }
}
