import type { XmlElement } from './xml-element';

/**
 * Attributes and children of one child of the root: a workout of a day with every event has some hundred; what has
 * more than this is known to be too large and not built to its end.
 */
const maxNodes = 100_000;

/** UTF-16 units of all attributes of one child of the root. */
const maxTextLength = 4 * 1024 * 1024;

/** Builds one element with all that is inside it. */
export class ElementBuilder {
  private open: XmlElement[] = [];
  private nodes = 0;
  private textLength = 0;

  /** True when the element is larger than anything of its kind can be; its inside is then not complete. */
  get isTooLarge(): boolean {
    return this.nodes > maxNodes || this.textLength > maxTextLength;
  }

  /** Begins an element inside the one that is open, or anew. */
  begin(name: string, attributes: Readonly<Record<string, string>>): void {
    this.nodes++;
    for (const key in attributes) {
      this.nodes++;
      this.textLength += key.length + (attributes[key] as string).length;
    }
    const element: XmlElement = { name, attributes, children: [] };
    if (!this.isTooLarge) this.open.at(-1)?.children.push(element);
    this.open.push(element);
  }

  /** Ends the element that is open and returns it. */
  end(): XmlElement {
    return this.open.pop() as XmlElement;
  }

  /** Lets go of everything. */
  clear(): void {
    this.open = [];
    this.nodes = 0;
    this.textLength = 0;
  }
}
