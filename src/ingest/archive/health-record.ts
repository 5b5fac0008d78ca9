import { attributeOf, type XmlElement } from './xml-element';

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

  /** Takes everything from an element. */
  fill(element: XmlElement, position: number): void {
    this.position = position;
    this.type = attributeOf(element, 'type');
    this.unit = attributeOf(element, 'unit');
    this.value = attributeOf(element, 'value');
    this.sourceName = attributeOf(element, 'sourceName');
    this.startDate = attributeOf(element, 'startDate');
    this.endDate = attributeOf(element, 'endDate');
    const entries = element.children.filter(({ name }) => name === 'MetadataEntry');
    const metadata = entries.flatMap((entry) => [attributeOf(entry, 'key'), attributeOf(entry, 'value')]);
    this.metadata = metadata.length === 0 ? null : metadata;
  }

  /** The value of a metadata key. */
  metadataOf(key: string): string | undefined {
    if (this.metadata === null) return undefined;
    for (let i = 0; i < this.metadata.length; i += 2) if (this.metadata[i] === key) return this.metadata[i + 1];
    return undefined;
  }
}
