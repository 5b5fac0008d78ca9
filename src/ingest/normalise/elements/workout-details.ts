import { isJsonObject, type JsonObject, type JsonValue } from '../../../catalogue/json';
import { readScalar } from './read-scalar';

/** `elevation` of v1 says in one object what v2 says in two scalars. */
const elevationScalars = [
  ['ascent', 'elevationUp'],
  ['descent', 'elevationDown'],
] as const;

/** The scalars of v1's `elevation`; null when there is more in it than they hold. */
function readElevation(elevation: JsonValue): [string, JsonValue][] | null {
  if (!isJsonObject(elevation)) return null;
  const units = elevation['units'] ?? null;
  const isKnown = Object.keys(elevation).every((key) => ['ascent', 'descent', 'units'].includes(key));
  if (!isKnown || (units !== null && typeof units !== 'string')) return null;
  const scalars: [string, JsonValue][] = [];
  for (const [key, name] of elevationScalars) {
    const qty = elevation[key] ?? null;
    if (qty === null) continue;
    if (typeof qty !== 'number') return null;
    scalars.push([name, { qty, units }]);
  }
  return scalars;
}

function isEmpty(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}

/**
 * What a workout says beyond its columns: `scalars` (every number, as `{ qty, units }` in the unit it was sent in),
 * `metadata`, `other` (what is none of these) and `unreadablePoints`; each is absent when it would be empty.
 *
 * Both versions of the app read the same: v1's `elevation` becomes `elevationUp` and `elevationDown`, its misspelled
 * `intesity` becomes `intensity`. Nothing is corrected that could be meant: `lapLength` is kept with its `m`, although
 * the phone sends kilometres.
 */
export function workoutDetails(rest: JsonObject, unreadablePoints: JsonObject): JsonObject {
  const scalars = new Map<string, JsonValue>();
  const derived: [string, JsonValue][] = [];
  const other = new Map<string, JsonValue>();
  let metadata: JsonObject = {};
  for (const [name, value] of Object.entries(rest)) {
    const elevation = name === 'elevation' ? readElevation(value) : null;
    if (value === null) continue;
    if (name === 'metadata' && isJsonObject(value)) metadata = value;
    else if (elevation !== null) derived.push(...elevation);
    else if (readScalar(value) === null) other.set(name, value);
    else {
      const scalar = isJsonObject(value) ? value : { qty: value };
      if (name === 'intesity') derived.push(['intensity', scalar]);
      else scalars.set(name, scalar);
    }
  }
  // What was sent under its own name goes before what was made of another field.
  for (const [name, scalar] of derived) if (!scalars.has(name)) scalars.set(name, scalar);
  const members: [string, JsonObject][] = [
    ['scalars', Object.fromEntries(scalars)],
    ['metadata', metadata],
    ['other', Object.fromEntries(other)],
    ['unreadablePoints', unreadablePoints],
  ];
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
}
