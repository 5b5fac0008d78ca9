import { join } from 'node:path';
import type { BenchContext } from '../bench-context';
import { startChildTask } from './child-task';

/** Calls of some paths at even times, every other one on a connection of its own. */
export interface ProbePlan {
  readonly port: number;
  readonly paths: readonly string[];
  readonly callsPerPathAndS: number;
  readonly callsPerPath: number;
  /** A call without an answer for this long is unanswered. */
  readonly timeoutMs: number;
}

/** What a prober found, in the order of the plan's paths. */
export interface ProbeReport {
  readonly paths: readonly {
    /** From when the call was due; of an unanswered one, until it was given up. */
    readonly latenciesMs: readonly number[];
    /** Calls without an answer, or with one other than 200. */
    readonly unanswered: number;
  }[];
  readonly cpuShare: number;
}

/** Makes the calls of a plan, from a process of its own. */
export async function runProbes(context: BenchContext, plan: ProbePlan): Promise<ProbeReport> {
  const prober = await startChildTask<ProbeReport>(context, join(__dirname, 'prober.js'), [JSON.stringify(plan)]);
  return prober.run();
}
