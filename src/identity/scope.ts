/** Everything that a key can be allowed; the whole list. A name is an API: names may be added, none re-used. */
export const scopes = ['ingest:write', 'read', 'export', 'erase', 'admin'] as const;

/** One thing that a key may be allowed. */
export type Scope = (typeof scopes)[number];

/** What a phone and its owner need: sending, reading back and taking the data elsewhere; nothing destructive. */
export const everydayScopes: readonly Scope[] = ['ingest:write', 'read', 'export'];

/** True when the text names a scope. */
export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text);
}
