import type { CopiedSample } from './copied-sample';
import type { ExportAccount } from './export-account';
import type { ExportFamily, ThingFamily } from './export-request';
import type { ExportedMetric } from './exported-metric';
import type { ExportedThings } from './thing-tables';

/** One form of an export, as text. Each method returns what is to be written next, which may be empty. */
export interface ExportWriter {
  /** What a file of these families begins with. */
  begin(families: readonly ExportFamily[]): string;
  /** Samples of one metric. */
  samples(metric: ExportedMetric, samples: readonly CopiedSample[]): string;
  /** Things of one family. */
  things<Family extends ThingFamily>(family: Family, things: readonly ExportedThings[Family][]): string;
  /** What a file ends with. */
  end(account: ExportAccount): string;
}
