import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, device, element, entry, healthData, record } from '../../support/apple-export';
import { readEvents } from './read-events';

/** Pieces of records in the usual spelling and in many others. */
const words = fc.constantFrom(
  'HeartRate',
  'StepCount',
  'Ünïcode ’',
  'a&lt;b',
  '&#x41;',
  '\uffee',
  'a&b',
  'a<b',
  '>',
  "it's",
  '\t',
  '',
);
const attribute = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'type',
      'unit',
      'value',
      'device',
      'startDate',
      'endDate',
      'sourceName',
      'creationDate',
      'sourceVersion',
      'other',
    ),
    words,
  ),
);
const blanks = fc.constantFrom(' ', '  ', '\n', '\t');
const spelledAttribute = fc
  .tuple(blanks, attribute, fc.constantFrom('"', "'"), fc.constantFrom('=', ' = '))
  .map(([blank, [name, value], quote, equals]) => `${blank}${name}${equals}${quote}${value}${quote}`);
const usualAttribute = attribute.map(([name, value]) => ` ${name}="${value}"`);
const needed = ' type="HKQuantityTypeIdentifierStepCount" sourceName="A" startDate="1" endDate="2"';
const child = fc.constantFrom(
  '<MetadataEntry key="k" value="v"/>',
  '<MetadataEntry key="k&amp;" value="&gt;"/>',
  '<MetadataEntry value="v" key="k"/>',
  '<MetadataEntry key="k" value="v"></MetadataEntry>',
  '<HeartRateVariabilityMetadataList><InstantaneousBeatsPerMinute bpm="60" time="1"/></HeartRateVariabilityMetadataList>',
  '<!-- > <Record type="x" sourceName="A" startDate="1" endDate="2"/> -->',
  '<![CDATA[ > <Record type="x" sourceName="A" startDate="1" endDate="2"/>]]>',
  '<?pi > <Record type="x" sourceName="A" startDate="1" endDate="2"/>?>',
  'text',
  '\n  ',
);
const start = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.oneof(usualAttribute, usualAttribute, spelledAttribute), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([hasNeeded, attributes, comesFirst]) => {
    const own = hasNeeded ? needed : '';
    return comesFirst ? `<Record${own}${attributes.join('')}` : `<Record${attributes.join('')}${own}`;
  });
const recordText = fc
  .tuple(start, fc.array(child, { maxLength: 3 }), fc.constantFrom('', '', '', ' '))
  .map(([head, children, blank]) =>
    children.length === 0 ? `${head}${blank}/>` : `${head}${blank}>${children.join('')}</Record>`,
  );
const rootChild = fc.oneof(
  { weight: 5, arbitrary: recordText },
  { weight: 1, arbitrary: child },
  { weight: 1, arbitrary: fc.constant('<Workout a="1"><WorkoutEvent type="x"/></Workout>') },
);
const documentText = fc
  .array(rootChild, { maxLength: 8 })
  .map((children) => `<HealthData>${children.join('\n ')}</HealthData>`);

/** The document with some bytes removed, doubled or replaced. */
const mutated = fc
  .tuple(
    documentText,
    fc.array(fc.tuple(fc.nat(4000), fc.nat(3), fc.constantFrom(0x22, 0x3c, 0x3e, 0x26, 0x2f, 0x20, 0x00, 0xff))),
  )
  .map(([text, changes]) => {
    const bytes = [...Buffer.from(text)];
    for (const [place, kind, byte] of changes)
      bytes.splice(place % bytes.length, kind === 0 ? 1 : kind === 1 ? 0 : 1, ...(kind === 0 ? [] : [byte]));
    return Buffer.from(bytes);
  });

const cuts = fc.array(fc.nat(2000), { maxLength: 6 });
const within = (places: readonly number[], bytes: Buffer): number[] =>
  places.map((place) => Math.min(place, bytes.length));

describe('the reader of an export', () => {
  test('tells of documents in any spelling, cut anywhere, what the XML parser alone tells', () => {
    fc.assert(
      fc.property(documentText, cuts, (text, places) => {
        const bytes = Buffer.from(text);
        expect(readEvents(bytes, within(places, bytes))).toEqual(readEvents(bytes, [], { parserOnly: true }));
      }),
      { numRuns: 500 },
    );
  });

  test('refuses what the XML parser alone refuses, and nothing else', () => {
    fc.assert(
      fc.property(mutated, cuts, (bytes, places) => {
        const [scanned, parsed] = [
          readEvents(bytes, within(places, bytes)),
          readEvents(bytes, [], { parserOnly: true }),
        ];
        // Of several faults each may meet another one first.
        if (parsed.fault !== null) expect(scanned.fault).not.toBeNull();
        else expect(scanned).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });

  test('passes over a broken DTD and counts the children of the root', () => {
    const { events, fault } = readEvents(
      Buffer.from(healthData(record('StepCount', 5, { sourceName: 'Anna’s\u00a0Watch' }))),
    );
    expect(fault).toBeNull();
    expect(events).toHaveLength(3);
    expect(events[2]).toEqual({
      position: 2,
      type: 'HKQuantityTypeIdentifierStepCount',
      unit: 'count',
      value: '5',
      sourceName: 'Anna’s\u00a0Watch',
      startDate: at(0),
      endDate: at(0),
      metadata: null,
    });
  });

  test.each([
    ['a document that ends in a tag', '<HealthData><Record type="x"'],
    ['a document without its end', '<HealthData><Record type="x" sourceName="" startDate="" endDate=""/>'],
    ['nothing', ''],
    ['no XML', 'hello'],
    ['two roots', '<HealthData/><HealthData/>'],
    ['an unknown reference', '<HealthData><Record type="&nbsp;"/></HealthData>'],
    ['a tag inside of a value', `<HealthData><Record${needed} value="a<b"/></HealthData>`],
    ['a character that XML forbids', `<HealthData><Record${needed} value="\ufffe"/></HealthData>`],
    ['a control character', `<HealthData><Record${needed} value="\x01"/></HealthData>`],
    ['an attribute twice', '<HealthData><Record type="a" type="b"/></HealthData>'],
    [
      'entities of a DTD',
      '<!DOCTYPE HealthData [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><HealthData><Record type="&b;"/></HealthData>',
    ],
  ])('refuses %s as malformed', (_, text) => {
    expect(readEvents(Buffer.from(text)).fault).toBe('xml_malformed');
  });

  test('refuses another document, bytes that are no UTF-8, and deep nesting', () => {
    expect(readEvents(Buffer.from('<ClinicalDocument/>')).fault).toBe('not_an_export');
    expect(readEvents(Buffer.from('<HealthData>\xff</HealthData>', 'latin1')).fault).toBe('encoding_broken');
    expect(readEvents(Buffer.from(`<HealthData>${'<a>'.repeat(100)}`)).fault).toBe('xml_too_deep');
  });

  test('gives up a tag, a comment and a DTD that do not end, without keeping them', () => {
    const megabytes = Buffer.alloc(3_000_000, 'a');
    const cutsOf = Array.from({ length: 46 }, (_, i) => i * 65_536);
    for (const head of [
      '<HealthData><Record device="',
      '<HealthData><!--',
      '<!DOCTYPE HealthData [ <!-- ',
      '<HealthData>',
    ]) {
      expect(readEvents(Buffer.concat([Buffer.from(head), megabytes]), cutsOf).fault).toBe('xml_tag_too_large');
    }
  });

  test('counts a child that is larger than anything can be, and goes on', () => {
    const events = Array.from({ length: 60_000 }, () => '<WorkoutEvent type="x"/>').join('');
    const { events: told } = readEvents(
      Buffer.from(`<HealthData><Workout>${events}</Workout>${record('StepCount', 1)}</HealthData>`),
    );
    expect(told[0]).toEqual({ tooLarge: 'Workout', position: 0 });
    expect(told[1]).toMatchObject({ position: 1, value: '1' });
  });

  test('reads devices with addresses, references and metadata', () => {
    const text = `<HealthData>${record('HeartRate', 62, { sourceName: 'A & "B" <C>' }, entry('Key', '<1>'), entry('Other', ''))}</HealthData>`;
    const { events } = readEvents(Buffer.from(text));
    expect(events[0]).toMatchObject({ sourceName: 'A & "B" <C>', metadata: ['Key', '<1>', 'Other', ''] });
    expect(text).toContain('&lt;&lt;HKDevice: 0x');
    expect(device).toContain('<<HKDevice');
    expect(element('A', { b: undefined })).toBe('<A/>');
  });
});
