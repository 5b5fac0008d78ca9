import findMyWay from 'find-my-way';

/** Longest parameter of an address that is looked up, in characters; a longer one is at no known address. */
const maxParamLength = 500;

/**
 * Which methods the addresses of the service take. It is asked only about what the service's own router has not found: that
 * one looks for a method and an address together, and cannot tell which of them was wrong.
 */
export class KnownAddresses {
  private readonly router = findMyWay({ maxParamLength });
  private readonly methodsByPattern = new Map<string, Set<string>>();

  /** Adds a route; `pattern` as the router spells it (`/v1/ecg/:id`). */
  add(pattern: string, methods: string | readonly string[]): void {
    let known = this.methodsByPattern.get(pattern);
    if (known === undefined) {
      known = new Set();
      this.methodsByPattern.set(pattern, known);
      // All under one method: it is the address alone that is looked up.
      this.router.on('GET', pattern, () => undefined, known);
    }
    for (const method of [methods].flat()) known.add(method);
  }

  /** The methods that are taken at the address of a request, with or without its query; none at an unknown one. */
  methodsAt(url: string): readonly string[] {
    const found: { store?: unknown } | null = this.router.find('GET', url);
    return found?.store instanceof Set ? [...found.store] : [];
  }
}
