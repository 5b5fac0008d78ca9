import type { LoincCode, ObservationCategory } from '../../../catalogue/fhir-codes';

const loincSystem = 'http://loinc.org';
const ucumSystem = 'http://unitsofmeasure.org';
const categorySystem = 'http://terminology.hl7.org/CodeSystem/observation-category';
const absentSystem = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

/** The namespaces of our own codes: what the catalogue names and LOINC does not. */
export type OwnSystem = 'metric' | 'part' | 'event' | 'sleep-stage' | 'thing';

/** A text as FHIR allows it, without control characters that it does not; undefined when nothing is left. */
export function fhirText(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what FHIR forbids
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|[^\S \r\n\t]/gu, ' ').trim();
  return allowed === '' ? undefined : allowed;
}

/** A code of ours; FHIR allows single blanks within. */
export function ownCoding(system: OwnSystem, text: string): object[] {
  const code = fhirText(text)?.replace(/\s+/g, ' ');
  return code === undefined ? [] : [{ system: `urn:health-export:${system}`, code }];
}

/** Codes of LOINC as FHIR has them. */
export function loincCoding(codes: readonly LoincCode[]): object[] {
  return codes.map(({ code, display }) => ({ system: loincSystem, code, display }));
}

/** What an observation is about. */
export function concept(coding: readonly object[], text?: string): object {
  const words = text === undefined ? undefined : fhirText(text);
  return { ...(coding.length === 0 ? {} : { coding }), ...(words === undefined ? {} : { text: words }) };
}

/** A category as FHIR has it. */
export function category(code: ObservationCategory): object {
  return { category: [{ coding: [{ system: categorySystem, code }] }] };
}

/** A number with its unit; without a code when UCUM has none. */
export function quantity(value: number, unit: string, ucum: string | undefined): object {
  const words = fhirText(unit);
  return {
    value,
    ...(words === undefined ? {} : { unit: words }),
    ...(ucum === undefined ? {} : { system: ucumSystem, code: ucum }),
  };
}

/** A part of an observation with a number; nothing when there is none. */
export function part(coding: readonly object[], value: number | null, unit: string, ucum: string): object[] {
  return value === null ? [] : [{ code: concept(coding), valueQuantity: quantity(value, unit, ucum) }];
}

/** What stands where a value would be. */
export const absent = { dataAbsentReason: { coding: [{ system: absentSystem, code: 'unknown' }] } };
