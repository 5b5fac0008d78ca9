import { z } from 'zod';
import { addLines, type WrittenLines } from '../store/written-lines';
import type { BodyFormat } from './body-format';

const counts = z.object({ stored: z.int(), updated: z.int(), unchanged: z.int() });

const savedSchema = z.object({
  format: z.string(),
  version: z.int(),
  parts: z.int().min(0),
  lines: z.array(z.tuple([z.string(), counts])),
});

/** How many parts of a body are written, and what became of their samples. */
export class WorkCheckpoint {
  private constructor(
    private readonly format: Pick<BodyFormat, 'name' | 'version'>,
    readonly parts: number,
    readonly lines: WrittenLines,
  ) {}

  /** What was saved; the beginning when nothing was, or by another version, whose parts may be others. */
  static read(saved: unknown, format: Pick<BodyFormat, 'name' | 'version'>): WorkCheckpoint {
    const { success, data } = savedSchema.safeParse(saved);
    const isOurs = success && data.format === format.name && data.version === format.version;
    return isOurs
      ? new WorkCheckpoint(format, data.parts, new Map(data.lines))
      : new WorkCheckpoint(format, 0, new Map());
  }

  /** Samples that are written or were found written. */
  get samples(): number {
    let samples = 0;
    for (const { stored, updated, unchanged } of this.lines.values()) samples += stored + updated + unchanged;
    return samples;
  }

  /** After one more part. */
  with(written: WrittenLines): WorkCheckpoint {
    return new WorkCheckpoint(this.format, this.parts + 1, addLines([this.lines, written]));
  }

  /** As it is saved. */
  toJSON(): z.infer<typeof savedSchema> {
    const { name, version } = this.format;
    return { format: name, version, parts: this.parts, lines: [...this.lines] };
  }
}
