import type { PossibleValues } from './metric-definition';

const limits = (min: number, max: number, source: string): PossibleValues => ({ min, max, source });

/** Days of the longest local year: 366, and a flight from UTC+14 to UTC-12 on top (26 h), rounded up. */
const yearDays = 368;
const yearHours = yearDays * 24;
const yearMinutes = yearHours * 60;
const yearSeconds = yearMinutes * 60;

/** The app adds up overlapping devices of some types (nights of 82.7 hours were captured); ten leaves room. */
const devices = 10;

/** 100 % and the noise of floats: a saturation of 1.0000000000000002 is still a whole. */
const wholePercent = 100.001;

/** Beats a minute of a living heart, so never 0. */
export const heartRate = limits(
  1,
  600,
  'fastest ventricular rate reported, 600/min: Chhabra et al., Indian Pacing Electrophysiol J 2012;12:32-35',
);

/** Beats a minute by which the heart slows down within a minute; it may speed up instead. */
export const heartRateFall = limits(-heartRate.max, heartRate.max, 'cannot change by more than the fastest heart rate');

/** ms, the standard deviation of the intervals between beats. */
export const beatDeviation = limits(
  0,
  10_000,
  'at most half of the range, and no pulse worth a reading pauses for 20 s',
);

/** mmHg, systolic and diastolic. */
export const bloodPressure = limits(
  0,
  500,
  'over 480/350 in a leg press: MacDougall et al., J Appl Physiol 1985;58:785-790; sounds down to 0 with a leaking valve',
);

/** mg/dL. */
export const bloodGlucose = limits(
  1,
  3_000,
  'highest survived 2,656 mg/dL (147.6 mmol/L): Guinness World Records, 2008',
);

/** %, grams of alcohol in 100 mL of blood. */
export const bloodAlcohol = limits(0, 5, 'highest survived 1.374 %: Guinness World Records, 2013; three times that');

/** %, a share of something. */
export const share = limits(0, wholePercent, 'a share of a whole');

/** %, of the haemoglobin in arterial blood; a living body is never at 0. */
export const oxygenSaturation = limits(
  1,
  wholePercent,
  'a share of a whole; 34 % was measured in a climber: Grocott et al., N Engl J Med 2009;360:140-149',
);

/** Breaths a minute. */
export const breaths = limits(0, 300, 'breath is held for many minutes; five breaths a second move no fresh air');

/** L. */
export const lungVolume = limits(
  0,
  20,
  'vital capacities of the largest rowers are near 12 L; more than half as much again',
);

/** L/min. */
export const peakFlow = limits(0, 3_000, 'scales of peak-flow meters end at 900 L/min; three times that');

/** mL/(kg·min). */
export const oxygenUptake = limits(1, 150, 'rest needs 3.5, the highest reported is near 100; half as much again');

/** kcal/hr·kg, the same as MET. */
export const effort = limits(0, 200, 'a sprint of 2,500 W at 25 % efficiency and 70 kg is 123 kcal/hr·kg');

/** W. */
export const power = limits(
  0,
  10_000,
  'weightlifters reach 4.8 kW for a moment: Garhammer, Med Sci Sports Exerc 1980;12:54-60; twice that',
);

/** degC, of the body's core. */
export const coreTemperature = limits(5, 50, 'survived: 9 degC (1955, on purpose) and 46.5 degC (1980): Guinness');

/** degC, of the skin. */
export const skinTemperature = limits(0, 60, 'skin freezes below 0, and is burnt through by seconds at 60 degC');

/** degC, of water one can dive in. */
export const waterTemperature = limits(-5, 100, 'the range of liquid water, brine included');

/** m below the surface; a pressure sensor may read a little above it. */
export const waterDepth = limits(-1, 1_000, 'deepest pressure humans were under 701 m: COMEX Hydra X, 1992');

/** kg, of the body or its lean part. */
export const bodyMass = limits(0.1, 1_000, 'lightest newborns that lived 0.2 kg, heaviest person 635 kg (Guinness)');

/** kg/m². */
export const bodyMassIndex = limits(1, 300, 'heaviest person 635 kg at 185 cm (Guinness), which is 186');

/** cm. */
export const bodyHeight = limits(
  10,
  300,
  'tallest person 272 cm (Guinness); the smallest newborns that lived over 20 cm',
);

/** cm. */
export const waist = limits(5, 500, 'largest waist 302 cm (Guinness)');

/** km/hr. */
export const speedOnFoot = limits(0, 100, 'fastest sprint 44.72 km/hr (Berlin, 2009); twice that');

/** km/hr. */
export const speedOnWheels = limits(
  0,
  400,
  'fastest bicycle, in the slipstream of a car, 296 km/hr (Bonneville, 2018)',
);

/** m/s. */
export const speedOnStairs = limits(0, 15, 'fastest sprint 12.4 m/s, and that on the flat (Berlin, 2009)');

/** Turns of a pedal or steps, in a minute. */
export const cadence = limits(0, 600, 'elite sprinters take five steps a second, 300 a minute; twice that');

/** m, of one step. */
export const stepMetres = limits(0, 10, 'longest jump 8.95 m (Tokyo, 1991)');

/** cm, of one step. */
export const stepCentimetres = limits(0, 1_000, stepMetres.source);

/** cm, up and down in one step. */
export const oscillation = limits(0, 250, 'highest jump 245 cm (Salamanca, 1993)');

/** ms, of a foot on the ground in one running step. */
export const groundContact = limits(0, 10_000, 'ten seconds on one foot is standing');

/** m, walked in six minutes. */
export const sixMinuteWalk = limits(0, 5_000, 'six minutes at the speed of the fastest sprint are 4,472 m');

/** dB SPL, A-weighted. */
export const soundLevel = limits(
  -30,
  195,
  'quietest room -24.9 dB(A): Guinness, 2021; a wave in air at one atmosphere cannot swing beyond 194 dB',
);

/** UV index. */
export const uvIndex = limits(
  0,
  100,
  'highest measured 43.3 (Licancabur, 2003): Cabrol et al., Front Environ Sci 2014;2:19',
);

/** mcS, of the skin. */
export const skinConductance = limits(
  0,
  10_000,
  'bodies have at least some 500 ohm (IEC 60479-1), 2,000 mcS; five times that',
);

/** Disturbances of breath in an hour. */
export const breathDisturbances = limits(0, 3_600, 'one a second');

// What follows is added up over time. A sample may be the total of a year, so every limit is that of a year.

/** Movements of a limb, counted. */
export const limbMovements = limits(0, 10 * yearSeconds, 'elite sprinters take five steps a second; ten, for a year');

/** Things that happen or are taken one at a time, counted. */
export const events = limits(0, yearSeconds, 'one a second, for a year');

/** Flights of stairs, of 3 m each. */
export const flights = limits(0, yearSeconds, 'stair races are won at 0.2 flights a second; one, for a year');

/** kcal, burnt or eaten. */
export const energy = limits(
  0,
  50_000 * yearDays,
  'days of extreme endurance take 10,000 to 20,000 kcal; 50,000, for a year',
);

/** km, on foot. */
export const distanceOnFoot = limits(0, speedOnFoot.max * yearHours, `${speedOnFoot.source}, for a year`);

/** km, on wheels. */
export const distanceOnWheels = limits(0, speedOnWheels.max * yearHours, `${speedOnWheels.source}; 400, for a year`);

/** km, on skis or a board. */
export const distanceOnSnow = limits(0, 300 * yearHours, 'fastest skier 255.5 km/hr (Vars, 2023); 300, for a year');

/** m, swum. */
export const distanceInWater = limits(
  0,
  5 * yearSeconds,
  'fastest swimmers make 2.4 m/s, with a fin 3.6 m/s; 5, for a year',
);

/** min. */
export const minutes = limits(0, yearMinutes, 'the minutes of a year');

/** min, with devices added up. */
export const overlappingMinutes = limits(0, yearMinutes * devices, 'the minutes of a year, on ten devices at once');

/** s, with devices added up. */
export const overlappingSeconds = limits(0, yearSeconds * devices, 'the seconds of a year, on ten devices at once');

/** hr, with devices added up; or hours in which something was so, counted. */
export const overlappingHours = limits(0, yearHours * devices, 'the hours of a year, on ten devices at once');

/** IU. */
export const insulin = limits(
  0,
  100_000 * yearDays,
  'ten 20 mL vials of the strongest kind (500 IU/mL) a day, for a year',
);

const foodGramsPerDay = 50_000;
const foodSource = 'a nutrient weighs no more than its food, and nobody takes in 50 kg a day for a year';

/** g of a nutrient, or mL of water. */
export const nutrientGrams = limits(0, foodGramsPerDay * yearDays, foodSource);

/** mg of a nutrient. */
export const nutrientMilligrams = limits(0, foodGramsPerDay * yearDays * 1e3, foodSource);

/** mcg of a nutrient. */
export const nutrientMicrograms = limits(0, foodGramsPerDay * yearDays * 1e6, foodSource);
