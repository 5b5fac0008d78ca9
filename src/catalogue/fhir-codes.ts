/** A code of LOINC with its display name. Source: LOINC 2.78, loinc.org; only codes whose meaning fits exactly. */
export interface LoincCode {
  readonly code: string;
  readonly display: string;
}

/** Categories of observations. Source: FHIR R4, CodeSystem observation-category. */
export type ObservationCategory = 'vital-signs' | 'activity' | 'laboratory';

/** How a metric is told in FHIR. */
export interface FhirMetric {
  /** The first is the one that FHIR's profile of vital signs asks for. */
  readonly loinc: readonly LoincCode[];
  readonly category: ObservationCategory;
  /** Where the canonical unit says less than UCUM does. */
  readonly ucum?: string;
}

function loinc(code: string, display: string): LoincCode {
  return { code, display };
}

/** Codes that are used apart from metrics, as parts of an observation or for things. */
export const loincCodes = {
  systolic: loinc('8480-6', 'Systolic blood pressure'),
  diastolic: loinc('8462-4', 'Diastolic blood pressure'),
  heartRate: loinc('8867-4', 'Heart rate'),
  sleepDuration: loinc('93832-4', 'Sleep duration'),
  exercise: loinc('73985-4', 'Exercise activity'),
  exerciseDuration: loinc('55411-3', 'Exercise duration'),
  energyBurned: loinc('41981-2', 'Calories burned'),
  ecg: loinc('11524-6', 'EKG study'),
} as const satisfies Record<string, LoincCode>;

/** Metrics that LOINC has a code for, by their name in the catalogue. */
export const fhirMetrics: Readonly<Record<string, FhirMetric>> = {
  heart_rate: { loinc: [loincCodes.heartRate], category: 'vital-signs' },
  resting_heart_rate: { loinc: [loinc('40443-4', 'Heart rate --resting')], category: 'vital-signs' },
  heart_rate_variability: {
    loinc: [loinc('80404-7', 'R-R interval.standard deviation (Heart rate variability)')],
    category: 'vital-signs',
  },
  blood_pressure: {
    loinc: [loinc('85354-9', 'Blood pressure panel with all children optional')],
    category: 'vital-signs',
  },
  respiratory_rate: { loinc: [loinc('9279-1', 'Respiratory rate')], category: 'vital-signs' },
  blood_oxygen_saturation: {
    loinc: [
      loinc('2708-6', 'Oxygen saturation in Arterial blood'),
      loinc('59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'),
    ],
    category: 'vital-signs',
  },
  body_temperature: { loinc: [loinc('8310-5', 'Body temperature')], category: 'vital-signs' },
  weight_body_mass: { loinc: [loinc('29463-7', 'Body weight')], category: 'vital-signs' },
  height: { loinc: [loinc('8302-2', 'Body height')], category: 'vital-signs' },
  body_mass_index: {
    loinc: [loinc('39156-5', 'Body mass index (BMI) [Ratio]')],
    category: 'vital-signs',
    ucum: 'kg/m2',
  },
  body_fat_percentage: { loinc: [loinc('41982-0', 'Percentage of body fat Measured')], category: 'vital-signs' },
  blood_glucose: { loinc: [loinc('2339-0', 'Glucose [Mass/volume] in Blood')], category: 'laboratory' },
  step_count: { loinc: [loinc('55423-8', 'Number of steps in unspecified time Pedometer')], category: 'activity' },
  active_energy: { loinc: [loincCodes.energyBurned], category: 'activity' },
  apple_exercise_time: { loinc: [loincCodes.exerciseDuration], category: 'activity' },
  vo2_max: { loinc: [loinc('60842-2', 'Oxygen consumption (VO2)')], category: 'activity' },
};

/** Units of the catalogue by their code in UCUM, where the two are not spelt alike. Source: UCUM 2.1, ucum.org. */
const ucumByUnit: Readonly<Record<string, string>> = {
  count: '1',
  'count/min': '/min',
  hr: 'h',
  'km/hr': 'km/h',
  'kcal/hr·kg': 'kcal/(h.kg)',
  'mL/(kg·min)': 'mL/(kg.min)',
  mmHg: 'mm[Hg]',
  IU: '[IU]',
  degC: 'Cel',
  mcS: 'uS',
  mcg: 'ug',
  dBASPL: 'dB[SPL]',
};

/** Units of the catalogue that UCUM spells the same. */
const sameInUcum: ReadonlySet<string> = new Set([
  'km',
  'm',
  'cm',
  'kcal',
  'min',
  's',
  'ms',
  'W',
  '%',
  'mg/dL',
  'L',
  'L/min',
  'kg',
  'm/s',
  'g',
  'mg',
  'mL',
]);

/** The UCUM code of a unit of the catalogue; undefined for one that a phone made up. */
export function ucumOf(unit: string): string | undefined {
  return ucumByUnit[unit] ?? (sameInUcum.has(unit) ? unit : undefined);
}
