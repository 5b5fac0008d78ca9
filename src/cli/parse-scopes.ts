import { isScope, type Scope, scopes } from '../identity/scope';

/** Reads scopes with commas between, each once, in the order of the list of all; null when one is unknown or none is there. */
export function parseScopes(text: string): Scope[] | null {
  const names = text.split(',').map((name) => name.trim());
  return names.every(isScope) ? scopes.filter((scope) => names.includes(scope)) : null;
}
