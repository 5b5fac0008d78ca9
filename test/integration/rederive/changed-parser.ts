import type { JsonObject, JsonValue } from '../../../src/catalogue/json';
import { builtInParser, type ExportParser } from '../../../src/ingest/export-parser';
import type { ExportElement, ExportReader } from '../../../src/ingest/parse/parse-export';

/** How a parser differs from the one of this version; all of it depends on the element alone. */
export interface ParserChange {
  /** One in so many elements is not understood; 0 for none. */
  readonly lostOneIn: number;
  /** Numbers are rounded to this, so that different ones become the same; 0 leaves them. */
  readonly roundedTo: number;
  /** Instants are read so many hours later. */
  readonly laterHours: number;
  /** Sources are not read. */
  readonly hasSources: boolean;
  /** The spans of samples are not read, so that what they cover is inferred. */
  readonly hasSpans: boolean;
}

function hash(text: string): number {
  let sum = 7;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 1_000_003;
  return sum;
}

const dateForm = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2}:\d{2}.*)$/;

function change(value: JsonValue, to: ParserChange): JsonValue {
  if (typeof value === 'number' && to.roundedTo > 0) return Math.round(value / to.roundedTo) * to.roundedTo;
  if (typeof value === 'string') {
    const [, day, hour, rest] = dateForm.exec(value) ?? [];
    const later = Number(hour) + to.laterHours;
    return hour === undefined || later > 23 ? value : `${day} ${String(later).padStart(2, '0')}:${rest}`;
  }
  if (Array.isArray(value)) return value.map((each) => change(each, to));
  if (typeof value !== 'object' || value === null) return value;
  const left = [...(to.hasSources ? [] : ['source']), ...(to.hasSpans ? [] : ['start', 'end'])];
  // A workout is nothing without its span.
  const kept = Object.entries(value).filter(
    ([key]) => !left.includes(key) || (key !== 'source' && 'duration' in value),
  );
  return Object.fromEntries(kept.map(([key, each]) => [key, change(each, to)]));
}

class ChangedReader implements ExportReader {
  constructor(
    private readonly inner: ExportReader,
    private readonly to: ParserChange,
  ) {}

  begin(heads: readonly JsonObject[]): Promise<void> | undefined {
    return this.inner.begin(heads);
  }

  samples(head: JsonObject, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    this.inner.samples(head, this.changed(elements), pointer, firstIndex);
  }

  endMetric(head: JsonObject, pointer: string): void {
    this.inner.endMetric(head, pointer);
  }

  elements(kind: string, elements: readonly ExportElement[], pointer: string, firstIndex: number): void {
    this.inner.elements(kind, this.changed(elements), pointer, firstIndex);
  }

  private changed(elements: readonly ExportElement[]): ExportElement[] {
    const { lostOneIn } = this.to;
    return elements.map((element) => {
      if (typeof element === 'symbol') return element;
      if (lostOneIn > 0 && hash(JSON.stringify(element)) % lostOneIn === 0) return null;
      return change(element, this.to);
    });
  }
}

/** The parser of this version with a change. */
export function changedParser(to: ParserChange): ExportParser {
  return {
    catalogue: builtInParser.catalogue,
    open: (payload, account, find) => new ChangedReader(builtInParser.open(payload, account, find), to),
  };
}
