import fc from 'fast-check';

const kinds = ['metrics', 'workouts', 'ecg', 'symptoms', 'somethingNew'];

/** Texts that are hard on a byte scan: quotes, backslashes, brackets, several bytes a character, lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '{"a":[',
    ']}',
    ',',
    'ü',
    '日本',
    '😀',
    '\u0000',
    '\ud800',
    '__proto__',
    'data',
    '\u202f',
  ),
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, 1e308, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
}));
const sample = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(fc.constantFrom('date', 'qty', 'Min', 'Avg', 'source', 'é'), scalar) },
  value,
);
const metric = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        name: text,
        units: scalar,
        data: fc.oneof({ weight: 5, arbitrary: fc.array(sample, { maxLength: 6 }) }, scalar, fc.constant({})),
      },
      { requiredKeys: [] },
    ),
  },
  value,
);
const envelope = fc.dictionary(fc.constantFrom(...kinds), fc.array(fc.oneof(metric, sample), { maxLength: 4 }), {
  maxKeys: 4,
});
const document = fc.record(
  { data: envelope, metrics: fc.array(metric, { maxLength: 2 }), extra: value },
  { requiredKeys: [] },
);

/** A whole number from 0 to before `below`. */
type Random = (below: number) => number;

/** Writes JSON in one of its many legal spellings: blanks anywhere, other escapes, members twice. */
function spell(json: unknown, random: Random): string {
  const blank = (): string => ['', '', '', ' ', '\n', '\t\r '][random(6)] as string;
  const word = (content: string): string => {
    const plain = JSON.stringify(content);
    if (random(4) > 0) return plain;
    const units = [...Array(content.length).keys()].map((i) => content.charCodeAt(i).toString(16).padStart(4, '0'));
    return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
  };
  const spelled = (item: unknown): string => blank() + inner(item) + blank();
  const inner = (item: unknown): string => {
    if (typeof item === 'string') return word(item);
    if (Array.isArray(item)) return `[${item.map(spelled).join(',') || blank()}]`;
    if (typeof item !== 'object' || item === null) return JSON.stringify(item);
    const members = Object.entries(item).map(([key, member]) => `${blank()}${word(key)}${blank()}:${spelled(member)}`);
    if (members.length > 0 && random(8) === 0)
      members.unshift(`"data":${['1', 'null', '[1,2]', '{"x":[0]}'][random(4)]}`);
    const [first] = Object.keys(item);
    // An array of the envelope that comes again, with more elements than the one that counts.
    if (first !== undefined && random(8) === 0) members.unshift(`${word(first)}:[7,8,{"data":[9,9,9,9,9,9,9]},9,9,9]`);
    return `{${members.join(',') || blank()}}`;
  };
  return spelled(json);
}

/** The text of an export, or of something like one, in any legal spelling. */
export const spelledDocument = fc.tuple(document, fc.infiniteStream(fc.nat({ max: 1e9 }))).map(([json, numbers]) => {
  const random: Random = (below) => (numbers.next().value as number) % below;
  return spell(json, random);
});

/** What is done to a text to damage it. */
const fault = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat({ max: 2 }),
  insert: fc.constantFrom('', ',', '"', '}', ']', '{', '[', ':', 'x', '1', '\\', 'null', 'NaN', '\u0001', '.', '-'),
});

/** A text of which something was removed or to which something was added, or which ends too early; it may still be legal. */
export const damagedDocument = fc
  .tuple(spelledDocument, fault, fc.nat({ max: 5 }))
  .map(([content, { at, remove, insert }, cut]) => {
    let position = Math.floor(at * content.length);
    // Half of them next to the structure, where a scan can be wrong and JSON.parse may never see it.
    if (cut > 1) position += Math.max(0, content.slice(position).search(/[[\]{},:]/)) + (cut % 2);
    if (cut === 0) return content.slice(0, position).toWellFormed();
    return (content.slice(0, position) + insert + content.slice(position + remove)).toWellFormed();
  });

/** True for what `JSON.parse` accepts. */
export function isLegal(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}
