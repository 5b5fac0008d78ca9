import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context';
import type { PlannedBody } from './load-plan';

/** A body to be sent: as it is sent, and how long it is once inflated. */
export interface MadeBody {
  readonly sent: Buffer;
  readonly bodyBytes: number;
}

/** Bodies in one file, made before anything is measured. */
export interface BodyFile {
  readonly bodiesFile: string;
  readonly bodies: readonly PlannedBody[];
}

let files = 0;

/** Writes bodies one after another to a new file of the benchmark's folder. */
export function writeBodies(context: BenchContext, made: Iterable<MadeBody>): BodyFile {
  const bodiesFile = join(context.workDir, `${++files}.bodies`);
  const bodies: PlannedBody[] = [];
  const file = openSync(bodiesFile, 'wx');
  let offset = 0;
  for (const { sent, bodyBytes } of made) {
    writeSync(file, sent);
    bodies.push({ offset, sentBytes: sent.length, bodyBytes });
    offset += sent.length;
  }
  closeSync(file);
  return { bodiesFile, bodies };
}

/** A plain body. */
export function plainBody(sent: Buffer): MadeBody {
  return { sent, bodyBytes: sent.length };
}

/** The numbers from `first` to before `end`. */
export function indexes(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
