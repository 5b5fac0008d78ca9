/** What a HealthKit category is kept as, when its records come from Apple's own export. */
export type CategoryMeaning =
  /** Parts of a night. */
  | { readonly kind: 'sleep' }
  /** A metric whose value is how long the record lasts. */
  | { readonly kind: 'duration'; readonly metric: string }
  /** A metric whose value is 1, or 0 for the one value that says that it was not. */
  | { readonly kind: 'count'; readonly metric: string; readonly isZero: string | null }
  /** The metric whose metadata say which of its three counts it is. */
  | { readonly kind: 'sexual_activity'; readonly metric: string }
  /** An event with the name that the app gives it in English. */
  | { readonly kind: 'symptom' | 'cycle_tracking' | 'heart_rate_notification'; readonly name: string };

const prefix = 'HKCategoryTypeIdentifier';

/** Words that Apple writes small in the middle of a name. */
const smallWords: ReadonlySet<string> = new Set(['Of', 'Or', 'After', 'During']);

/** The words of an identifier as people read them: `LossOfSmell` as `Loss of Smell`. */
function displayName(identifier: string): string {
  return identifier
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => (smallWords.has(word) ? word.toLowerCase() : word))
    .join(' ');
}

/** Source: HKCategoryTypeIdentifier.h, the group of symptoms. */
const symptoms = [
  'AbdominalCramps',
  'Acne',
  'AppetiteChanges',
  'BladderIncontinence',
  'Bloating',
  'BreastPain',
  'ChestTightnessOrPain',
  'Chills',
  'Constipation',
  'Coughing',
  'Diarrhea',
  'Dizziness',
  'DrySkin',
  'Fainting',
  'Fatigue',
  'Fever',
  'GeneralizedBodyAche',
  'HairLoss',
  'Headache',
  'Heartburn',
  'HotFlashes',
  'LossOfSmell',
  'LossOfTaste',
  'LowerBackPain',
  'MemoryLapse',
  'MoodChanges',
  'Nausea',
  'NightSweats',
  'PelvicPain',
  'RapidPoundingOrFlutteringHeartbeat',
  'RunnyNose',
  'ShortnessOfBreath',
  'SinusCongestion',
  'SkippedHeartbeat',
  'SleepChanges',
  'SoreThroat',
  'VaginalDryness',
  'Vomiting',
  'Wheezing',
];

/** Source: HKCategoryTypeIdentifier.h, the group of reproductive health. */
const cycleTracking = [
  'BleedingAfterPregnancy',
  'BleedingDuringPregnancy',
  'CervicalMucusQuality',
  'Contraceptive',
  'InfrequentMenstrualCycles',
  'IntermenstrualBleeding',
  'IrregularMenstrualCycles',
  'Lactation',
  'MenstrualFlow',
  'OvulationTestResult',
  'PersistentIntermenstrualBleeding',
  'Pregnancy',
  'PregnancyTestResult',
  'ProgesteroneTestResult',
  'ProlongedMenstrualPeriods',
];

function eventsOf(kind: 'symptom' | 'cycle_tracking', identifiers: readonly string[]): [string, CategoryMeaning][] {
  return identifiers.map((identifier) => [prefix + identifier, { kind, name: displayName(identifier) }]);
}

/** By Apple's identifier; a category that is not here is kept as a metric of the user's own. */
export const healthKitCategories: ReadonlyMap<string, CategoryMeaning> = new Map<string, CategoryMeaning>([
  [`${prefix}SleepAnalysis`, { kind: 'sleep' }],
  [
    `${prefix}AppleStandHour`,
    { kind: 'count', metric: 'apple_stand_hour', isZero: 'HKCategoryValueAppleStandHourIdle' },
  ],
  [`${prefix}MindfulSession`, { kind: 'duration', metric: 'mindful_minutes' }],
  [`${prefix}HandwashingEvent`, { kind: 'duration', metric: 'handwashing' }],
  [`${prefix}ToothbrushingEvent`, { kind: 'duration', metric: 'toothbrushing' }],
  [`${prefix}SexualActivity`, { kind: 'sexual_activity', metric: 'sexual_activity' }],
  [`${prefix}HighHeartRateEvent`, { kind: 'heart_rate_notification', name: 'high_heart_rate_notification' }],
  [`${prefix}LowHeartRateEvent`, { kind: 'heart_rate_notification', name: 'low_heart_rate_notification' }],
  [
    `${prefix}IrregularHeartRhythmEvent`,
    { kind: 'heart_rate_notification', name: 'irregular_heart_rhythm_notification' },
  ],
  ...eventsOf('symptom', symptoms),
  ...eventsOf('cycle_tracking', cycleTracking),
]);

/** What stands before the word of a value: `HKCategoryValueSeverityMild` says `Mild`. The longest that fits counts. */
const valuePrefixes = [
  'Severity',
  'Presence',
  'AppetiteChanges',
  'MenstrualFlow',
  'VaginalBleeding',
  'CervicalMucusQuality',
  'Contraceptive',
  'OvulationTestResult',
  'PregnancyTestResult',
  'ProgesteroneTestResult',
].map((name) => `HKCategoryValue${name}`);

/**
 * The word of a category's value as people read it: `HKCategoryValueVaginalBleedingLight` as `Light`. Null where the
 * value says nothing (`HKCategoryValueNotApplicable`, or none).
 */
export function categoryWord(value: string): string | null {
  const known = valuePrefixes.find((each) => value.startsWith(each));
  const word = known === undefined ? value.replace(/^HKCategoryValue/, '') : value.slice(known.length);
  return word === '' || word === 'NotApplicable' ? null : displayName(word);
}
