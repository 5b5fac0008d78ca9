/** Any value `JSON.parse` can yield. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object as `JSON.parse` yields it: own keys only, `__proto__` among them where it was sent. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** True for a JSON object, false for arrays, null and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same text for the same JSON whatever the order of its keys, because the phone's key order is random.
 * Numbers keep their shortest round-trip form.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`);
  return `{${members.join(',')}}`;
}
