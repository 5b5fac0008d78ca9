/** An element of Apple's export with what is inside it; texts between tags are never of use there, and are not kept. */
export interface XmlElement {
  readonly name: string;
  /** Without a prototype, so that any name is one that was sent. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
}

/** An attribute; empty where there is none. */
export function attributeOf({ attributes }: XmlElement, name: string): string {
  return attributes[name] ?? '';
}
