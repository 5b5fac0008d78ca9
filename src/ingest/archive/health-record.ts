/**
 * One `<Record>` of Apple's export, as texts. The reader gives the same object for every record, so what is to be kept of
 * it must be taken out of it at once.
 */
export class HealthRecord {
  /** Which of the root's children it is, from 0. */
  position = 0;
  type = '';
  unit = '';
  /** Empty where there is none. */
  value = '';
  sourceName = '';
  startDate = '';
  endDate = '';
  /** Keys and values of its metadata, by turns; null without any. */
  metadata: readonly string[] | null = null;

  /** The value of a metadata key. */
  metadataOf(key: string): string | undefined {
    if (this.metadata === null) return undefined;
    for (let i = 0; i < this.metadata.length; i += 2) if (this.metadata[i] === key) return this.metadata[i + 1];
    return undefined;
  }
}
