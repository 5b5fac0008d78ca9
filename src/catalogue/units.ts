import type { MetricDefinition } from './metric-definition';

/** How to bring a value into a metric's canonical unit: `canonical = value * factor + offset`. */
export interface Conversion {
  readonly factor: number;
  readonly offset: number;
}

/** A unit as a multiple of the base unit of what it measures: `base = value * factor + offset`. */
interface Unit extends Conversion {
  readonly spelling: string;
  readonly dimension: string;
}

type Row = readonly [spelling: string, factor: number, aliases?: readonly string[], offset?: number];

/**
 * Units by what they measure; the first of each group is the base. Case, blanks, brackets and the kind of multiplication
 * dot make no difference, so no alias is listed for them.
 *
 * Sources: international yard and pound (1959): 1 in = 25.4 mm, 1 lb = 453.59237 g. US fluid ounce 29.5735295625 mL,
 * imperial 28.4130625 mL. Thermochemical calorie 4.184 J. 1 mmHg = 133.322387415 Pa. MET by Apple's definition,
 * 1 kcal/(kg·hr).
 */
const rowsByDimension: Readonly<Record<string, readonly Row[]>> = {
  count: [['count', 1, ['counts', 'steps', 'times']]],
  frequency: [
    ['count/min', 1, ['bpm', 'beats/min', 'breaths/min', 'rpm', 'spm', '1/min', '/min']],
    ['count/s', 60, ['Hz', '1/s']],
  ],
  share: [
    ['%', 1, ['percent', 'pct']],
    ['fraction', 100],
  ],
  energy: [
    ['kcal', 1, ['kilocalorie', 'kilocalories']],
    ['kJ', 1 / 4.184, ['kilojoule', 'kilojoules']],
    ['J', 1 / 4184, ['joule', 'joules']],
  ],
  effort: [
    ['kcal/hr·kg', 1, ['kcal/kg·hr', 'kcal/h·kg', 'kcal/kg·h', 'kcal/kg/hr', 'kcal/kg/h', 'MET', 'METs']],
    ['kJ/hr·kg', 1 / 4.184, ['kJ/kg·hr', 'kJ/h·kg', 'kJ/kg·h', 'kJ/kg/hr', 'kJ/kg/h']],
  ],
  length: [
    ['m', 1, ['meter', 'meters', 'metre', 'metres']],
    ['km', 1_000, ['kilometer', 'kilometers', 'kilometre', 'kilometres']],
    ['cm', 0.01, ['centimeter', 'centimeters', 'centimetre', 'centimetres']],
    ['mm', 0.001],
    ['mi', 1_609.344, ['mile', 'miles']],
    ['yd', 0.9144, ['yds', 'yard', 'yards']],
    ['ft', 0.3048, ['foot', 'feet']],
    ['in', 0.0254, ['inch', 'inches']],
  ],
  speed: [
    ['km/hr', 1, ['km/h', 'kph', 'kmh', 'kmph']],
    ['m/s', 3.6, ['m/sec', 'mps']],
    ['mi/hr', 1.609344, ['mi/h', 'mph']],
    ['ft/s', 1.09728, ['ft/sec', 'fps']],
  ],
  mass: [
    ['g', 1, ['gram', 'grams']],
    ['kg', 1_000, ['kgs', 'kilogram', 'kilograms']],
    ['mg', 1e-3, ['milligram', 'milligrams']],
    ['mcg', 1e-6, ['ug', 'μg', 'microgram', 'micrograms']],
    ['lb', 453.59237, ['lbs', 'pound', 'pounds']],
    ['oz', 28.349523125, ['ounce', 'ounces']],
    ['st', 6_350.29318, ['stone', 'stones']],
  ],
  volume: [
    ['mL', 1, ['milliliter', 'milliliters', 'millilitre', 'millilitres']],
    ['L', 1_000, ['liter', 'liters', 'litre', 'litres']],
    ['cL', 10],
    ['dL', 100],
    ['fl_oz_us', 29.5735295625, ['fl oz', 'fl_oz', 'fl. oz']],
    ['fl_oz_imp', 28.4130625],
    ['cup_us', 236.5882365, ['cup', 'cups']],
    ['cup_imp', 284.130625],
    ['pt_us', 473.176473],
    ['pt_imp', 568.26125],
  ],
  flow: [
    ['L/min', 1],
    ['L/s', 60],
  ],
  time: [
    ['s', 1, ['sec', 'secs', 'second', 'seconds']],
    ['ms', 1e-3, ['msec', 'millisecond', 'milliseconds']],
    ['min', 60, ['mins', 'minute', 'minutes']],
    ['hr', 3_600, ['h', 'hrs', 'hour', 'hours']],
  ],
  temperature: [
    ['degC', 1, ['C', 'celsius']],
    ['degF', 5 / 9, ['F', 'fahrenheit'], -160 / 9],
    ['K', 1, ['kelvin'], -273.15],
  ],
  pressure: [
    ['mmHg', 1],
    ['kPa', 1_000 / 133.322387415],
  ],
  oxygenUptake: [['mL/(kg·min)', 1, ['mL/min·kg', 'mL/kg/min', 'mL/min/kg']]],
  massConcentration: [['mg/dL', 1]],
  amountConcentration: [['mmol/L', 1, ['mmol<180.1558800000541>/L']]],
  sound: [['dBASPL', 1, ['dB', 'dBA', 'dB SPL']]],
  power: [
    ['W', 1, ['watt', 'watts']],
    ['kW', 1_000],
  ],
  conductance: [['mcS', 1, ['uS', 'μS']]],
  insulin: [['IU', 1]],
};

/**
 * Conversions that hold for one metric only, by metric and by the canonical spelling of the unit. For glucose, the
 * factor is its molar mass of 180.182 g/mol over ten.
 */
const conversionsOfMetric: Readonly<Record<string, Readonly<Record<string, Conversion>>>> = {
  blood_glucose: { 'mmol/L': { factor: 18.0182, offset: 0 } },
};

/** Folds what people and apps write differently for the same unit. Only for units of bounded length. */
function foldUnit(unit: string): string {
  return unit
    .replace(/º/g, '°')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/°/g, 'deg')
    .replace(/[\s()\\]/g, '')
    .replace(/[⋅∙•×*]/g, '·');
}

const unitsByFold = new Map<string, Unit>();
/** Apple writes a kilocalorie `Cal` and a calorie `cal`; nothing else differs by case alone. */
const unitsByExactSpelling = new Map<string, Unit>([
  ['Cal', { spelling: 'kcal', dimension: 'energy', factor: 1, offset: 0 }],
  ['cal', { spelling: 'cal', dimension: 'energy', factor: 1e-3, offset: 0 }],
]);

for (const [dimension, rows] of Object.entries(rowsByDimension)) {
  for (const [spelling, factor, aliases = [], offset = 0] of rows) {
    const unit: Unit = { spelling, dimension, factor, offset };
    for (const name of [spelling, ...aliases]) {
      const fold = foldUnit(name);
      if (unitsByFold.has(fold)) throw new Error(`the unit ${name} is there twice`);
      unitsByFold.set(fold, unit);
    }
  }
}

/** The longest spelling known has 25 characters. */
const maxUnitLength = 40;
/** Spellings remembered for one metric: far above what phones send, and a bound on what a hostile body can fill. */
const maxSpellings = 64;

const identity: Conversion = Object.freeze({ factor: 1, offset: 0 });
const remembered = new WeakMap<MetricDefinition, Map<string, Conversion | null>>();

function unitOf(spelling: string): Unit | undefined {
  return unitsByExactSpelling.get(spelling) ?? unitsByFold.get(foldUnit(spelling));
}

/** 1 in is 2.54 cm, not 2.5400000000000005: a factor that is a quotient loses its last, noisy digit. */
const withoutNoise = (value: number): number => Number(value.toPrecision(15));

function convert(definition: MetricDefinition, unit: string): Conversion | null {
  const from = unitOf(unit);
  const to = unitOf(definition.unit);
  if (from === undefined || to === undefined) return null;
  if (from.spelling === to.spelling) return identity;
  const ofMetric = conversionsOfMetric[definition.name]?.[from.spelling];
  if (ofMetric !== undefined) return ofMetric;
  if (from.dimension !== to.dimension) return null;
  return {
    factor: withoutNoise(from.factor / to.factor),
    offset: withoutNoise((from.offset - to.offset) / to.factor),
  };
}

/**
 * How a value sent in `unit` becomes one in the metric's canonical unit. A unit that is absent or blank is taken for
 * the canonical one. Null when the unit is unknown or measures something else: such samples are kept under their own
 * unit, never guessed.
 */
export function findConversion(definition: MetricDefinition, unit: string | null): Conversion | null {
  if (unit === null || unit === '' || unit === definition.unit) return identity;
  if (unit.length > maxUnitLength) return null;
  let spellings = remembered.get(definition);
  if (spellings === undefined) {
    spellings = new Map();
    remembered.set(definition, spellings);
  }
  let conversion = spellings.get(unit);
  if (conversion === undefined) {
    const spelling = unit.trim();
    conversion = spelling === '' ? identity : convert(definition, spelling);
    if (spellings.size >= maxSpellings) spellings.clear();
    spellings.set(unit, conversion);
  }
  return conversion;
}
