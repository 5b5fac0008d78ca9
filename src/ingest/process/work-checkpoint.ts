import { z } from 'zod';
import { addLines, type WrittenLines } from '../store/written-lines';
import type { BodyFormat } from './body-format';

const counts = z.object({ stored: z.int(), updated: z.int(), unchanged: z.int() });

const savedSchema = z.object({
  format: z.string(),
  version: z.int(),
  parts: z.int().min(0),
  lines: z.array(z.tuple([z.string(), counts])),
  survey: z.unknown().optional(),
});

/** How many parts of a body are written, what became of their samples, and what its survey has found. */
export class WorkCheckpoint {
  private constructor(
    private readonly format: Pick<BodyFormat, 'name' | 'version'>,
    readonly parts: number,
    readonly lines: WrittenLines,
    /** What the format saves of its survey; undefined when that is not known. */
    readonly survey: unknown,
  ) {}

  /** The beginning of a body that was surveyed. */
  static begin(format: Pick<BodyFormat, 'name' | 'version'>, survey?: unknown): WorkCheckpoint {
    return new WorkCheckpoint(format, 0, new Map(), survey);
  }

  /** What was saved; the beginning when nothing was, or by another version, whose parts may be others. */
  static read(saved: unknown, format: Pick<BodyFormat, 'name' | 'version'>): WorkCheckpoint {
    const { success, data } = savedSchema.safeParse(saved);
    const isOurs = success && data.format === format.name && data.version === format.version;
    return isOurs
      ? new WorkCheckpoint(format, data.parts, new Map(data.lines), data.survey)
      : WorkCheckpoint.begin(format);
  }

  /** Samples that are written or were found written. */
  get samples(): number {
    let samples = 0;
    for (const { stored, updated, unchanged } of this.lines.values()) samples += stored + updated + unchanged;
    return samples;
  }

  /** After one more part. */
  with(written: WrittenLines): WorkCheckpoint {
    return new WorkCheckpoint(this.format, this.parts + 1, addLines([this.lines, written]), this.survey);
  }

  /** The same once the body is surveyed. */
  withSurvey(survey: unknown): WorkCheckpoint {
    return new WorkCheckpoint(this.format, this.parts, this.lines, survey);
  }

  /** As it is saved. */
  toJSON(): z.infer<typeof savedSchema> {
    const { name, version } = this.format;
    return { format: name, version, parts: this.parts, lines: [...this.lines], survey: this.survey };
  }
}
