import { rmSync } from 'node:fs';

/** How a run was asked for. */
export interface BenchOptions {
  /** Everything as short as it can be, to see that it runs: its figures mean nothing. */
  readonly isQuick: boolean;
  /** Rows that `growth` has in the table before it measures. */
  readonly growthRows: number;
  /** Rows that `query` has stored before it measures. */
  readonly queryRows: number;
  /** Data of PostgreSQL and files of bodies go to folders in it. */
  readonly dataDir: string;
  /** Where services leave a CPU profile when they stop; none when undefined. */
  readonly profileDir: string | undefined;
}

/** What one benchmark is run with: how long it may take, where to put things, and who cleans up after it. */
export class BenchContext {
  private readonly undos: (() => Promise<void> | void)[] = [];
  private closing: Promise<void> | undefined;

  constructor(
    private readonly name: string,
    readonly options: BenchOptions,
    /** A folder that is gone afterwards. */
    readonly workDir: string,
  ) {}

  /** Says what goes on, for whoever waits. */
  progress(line: string): void {
    console.error(`${this.name}: ${line}`);
  }

  /** The full amount, or what is enough to see that it runs. */
  scaled(full: number, quick: number): number {
    return this.options.isQuick ? quick : full;
  }

  /** Has something stopped or removed at the end, also after a failure and on Ctrl-C; last first. */
  atEnd(undo: () => Promise<void> | void): void {
    this.undos.unshift(undo);
  }

  /** Stops and removes everything; may be called more than once, and never rejects. */
  close(): Promise<void> {
    this.closing ??= this.undoAll();
    return this.closing;
  }

  private async undoAll(): Promise<void> {
    for (const undo of this.undos) {
      try {
        await undo();
      } catch (error) {
        console.error(`${this.name}: while cleaning up: ${(error as Error).message}`);
      }
    }
    rmSync(this.workDir, { recursive: true, force: true });
  }
}
