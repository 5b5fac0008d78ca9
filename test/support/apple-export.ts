/** Attributes by their names; undefined ones are left out. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** One element as Apple writes it, each child on a line of its own. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>\n  ${children.join('\n  ')}\n </${name}>`;
}

/** `2024-05-01 10:00:00 +0200` and so many seconds. */
export function at(seconds: number): string {
  const iso = new Date(Date.UTC(2024, 4, 1, 10) + seconds * 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0200`;
}

/** A metadata entry. */
export function entry(key: string, value: string): string {
  return element('MetadataEntry', { key, value });
}

/** A device in the description that iOS prints, with the address of an object in memory. */
export const device =
  '<<HKDevice: 0x2832d5e50>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, software:10.3.1>';

/** A record of a type without Apple's prefix or with it, from `start` to `end` in seconds of {@link at}. */
export function record(type: string, value: string | number, more: Attributes = {}, ...children: string[]): string {
  const { start = 0, end = start, ...rest } = more;
  const healthKitType = type.startsWith('HK') ? type : `HKQuantityTypeIdentifier${type}`;
  const attributes = {
    type: healthKitType,
    sourceName: 'Watch',
    sourceVersion: '10.3.1',
    device,
    unit: 'count',
    creationDate: at(Number(end)),
    startDate: at(Number(start)),
    endDate: at(Number(end)),
    value,
    ...rest,
  };
  return element('Record', attributes, ...children);
}

/** The beginning of Apple's DTD, with faults that real ones have: an element twice, and a quote in a comment. */
const brokenDtd = `<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
<!ELEMENT Workout ((MetadataEntry|WorkoutEvent|WorkoutRoute)*)>
<!ATTLIST Workout
  workoutActivityType   CDATA #REQUIRED
  startDate             CDATA #REQUIRED
<!ELEMENT Workout EMPTY>
]>`;

/** A whole `export.xml`. */
export function healthData(...children: readonly string[]): string {
  const exportDate = element('ExportDate', { value: '2024-06-01 08:00:00 +0200' });
  const me = element('Me', { HKCharacteristicTypeIdentifierDateOfBirth: '1990-01-01' });
  const all = [exportDate, me, ...children].map((child) => ` ${child}\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${brokenDtd}\n<HealthData locale="de_DE">\n${all}</HealthData>\n`;
}
