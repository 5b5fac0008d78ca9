import type { MetricDefinition } from './metric-definition';
import { builtInMetrics } from './metrics';

/** Longer names are no catalogue name in any spelling; folding them would only cost time. */
const maxFoldedLength = 100;

/** Folds a display name onto a canonical one: `Weight & Body Mass` to `weight_body_mass`. */
function foldName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
}

/** The metrics a server knows, by name and by id. Does not change once built. */
export class Catalogue {
  readonly #byName = new Map<string, MetricDefinition>();
  readonly #byId = new Map<number, MetricDefinition>();

  /**
   * Errors: throws when an id is not from 1 to 9999 (see {@link MetricDefinition.id}), or when an id, name or alias
   * is there twice or is not in its canonical spelling, because which of two metrics a sample belongs to must never
   * depend on their order.
   */
  constructor(readonly definitions: readonly MetricDefinition[]) {
    for (const definition of definitions) {
      const { id, name, aliases } = definition;
      if (!Number.isInteger(id) || id < 1 || id > 9_999) throw new Error(`metric ${name}: ${id} is not a catalogue id`);
      const other = this.#byId.get(id);
      if (other !== undefined) throw new Error(`metric ${name}: id ${id} belongs to ${other.name}`);
      this.#byId.set(id, definition);
      this.#addName(name, definition);
      for (const alias of aliases) this.#addName(alias, definition);
    }
  }

  /**
   * The metric of a name as sent: its canonical name, an alias, or either in another spelling (case, blanks, `&`, `+`
   * and `-` for underscores). Undefined for an unknown metric.
   */
  find(name: string): MetricDefinition | undefined {
    const found = this.#byName.get(name);
    if (found !== undefined || name.length > maxFoldedLength) return found;
    return this.#byName.get(foldName(name));
  }

  /** The metric with this id; undefined for users' own metrics. */
  byId(id: number): MetricDefinition | undefined {
    return this.#byId.get(id);
  }

  #addName(name: string, definition: MetricDefinition): void {
    if (foldName(name) !== name) throw new Error(`metric ${definition.name}: ${name} is not in canonical spelling`);
    const other = this.#byName.get(name);
    if (other !== undefined) throw new Error(`metric ${definition.name}: the name ${name} belongs to ${other.name}`);
    this.#byName.set(name, definition);
  }
}

/** The metrics that every server knows. */
export const builtInCatalogue = new Catalogue(builtInMetrics);
