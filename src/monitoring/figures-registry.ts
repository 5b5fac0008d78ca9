import { Injectable } from '@nestjs/common';
import type { ProcessFigures } from './process-figures';

/** Where modules register the figures from which the optimizer judges the process; it reads them now and then. */
@Injectable()
export class FiguresRegistry {
  private readonly readers = new Map<keyof ProcessFigures, () => unknown>();

  /** Adds the reader of one figure, once at start. Errors: throws when another module brings the same one. */
  register<Name extends keyof ProcessFigures>(name: Name, read: () => NonNullable<ProcessFigures[Name]>): void {
    if (this.readers.has(name)) throw new Error(`two modules register the figures of ${name}`);
    this.readers.set(name, read);
  }

  /** All figures as they are now; those that no module brings are absent. */
  read(): ProcessFigures {
    return Object.fromEntries([...this.readers].map(([name, read]) => [name, read()]));
  }
}
