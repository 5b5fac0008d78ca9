import { secondOf } from './health-export';

/** The start of every workout here. */
export const start = '2024-05-01 10:00:00 +0200';
/** The end of every workout here, an hour later. */
export const end = '2024-05-01 11:00:00 +0200';
/** The date of the n-th minute of the workouts. */
export const during = (n: number): string => `2024-05-01 10:${String(n).padStart(2, '0')}:00 +0200`;
/** The id of {@link v2}. */
export const id = '6F9619FF-8B86-4011-B42D-00C04FC964FF';
/** A scalar with its unit. */
export const amount = (qty: number, units: string) => ({ qty, units });
/** A series of three points of one number. */
export const series = (qty: number, units: string) =>
  [0, 1, 2].map((n) => ({ date: during(n), qty, units, source: 'Watch' }));
const heartSeries = [0, 1, 2].map((n) => ({
  date: during(n),
  Min: 90 + n,
  Avg: 95 + n,
  Max: 100 + n,
  units: 'bpm',
  source: 'Watch',
}));
/** The n-th point of a v2 route, with other members on top. */
export const routePoint = (n: number, more: object = {}) => ({
  latitude: 52.5 + n / 1e5,
  longitude: 13.4,
  altitude: 34.5,
  course: 90,
  courseAccuracy: 5,
  horizontalAccuracy: 3,
  verticalAccuracy: 4,
  timestamp: secondOf(n),
  speed: 2.5,
  speedAccuracy: 0.5,
  ...more,
});

/** Everything that a v2 workout can have. */
export const v2 = {
  id,
  name: 'Outdoor Run',
  start,
  end,
  duration: 3600,
  location: 'Outdoor',
  isIndoor: false,
  activeEnergyBurned: amount(2092, 'kJ'),
  totalEnergy: amount(600, 'kcal'),
  intensity: amount(9.5, 'kcal/hr·kg'),
  distance: amount(10, 'km'),
  speed: amount(10, 'km/hr'),
  avgSpeed: amount(10, 'km/hr'),
  maxSpeed: amount(15, 'km/hr'),
  temperature: amount(18, 'degC'),
  humidity: amount(60, '%'),
  elevationUp: amount(50, 'm'),
  elevationDown: amount(48, 'm'),
  lapLength: amount(0.025, 'm'),
  stepCadence: amount(170, 'count/min'),
  flightsClimbed: amount(3, 'count'),
  swimCadence: amount(0, 'count/min'),
  totalSwimmingStrokeCount: amount(0, 'count'),
  avgHeartRate: amount(150, 'bpm'),
  maxHeartRate: amount(175, 'bpm'),
  heartRate: { min: amount(95, 'bpm'), avg: amount(150, 'bpm'), max: amount(175, 'bpm') },
  strokeStyle: 'Freestyle',
  swolfScore: 40,
  salinity: 'Fresh Water',
  metadata: { HKTimeZone: 'Europe/Berlin' },
  source: 'Watch',
  activeEnergy: series(10, 'kJ'),
  basalEnergy: series(2, 'kJ'),
  stepCount: series(160, 'count'),
  walkingAndRunningDistance: series(0.16, 'km'),
  cyclingCadence: [],
  cyclingDistance: [],
  cyclingPower: [],
  cyclingSpeed: [],
  swimDistance: series(0, 'm'),
  swimStroke: series(0, 'count'),
  heartRateData: heartSeries,
  heartRateRecovery: heartSeries,
  route: [0, 1, 2, 3].map((n) => routePoint(n)),
};

/** Everything that a v1 workout can have. */
export const v1 = {
  name: 'Outdoor Run',
  start,
  end,
  activeEnergy: amount(500, 'kcal'),
  totalEnergy: amount(2510.4, 'kJ'),
  stepCount: amount(9000, 'count'),
  flightsClimbed: amount(3, 'count'),
  speed: amount(10, 'km/hr'),
  stepCadence: amount(170, 'spm'),
  swimCadence: amount(0, 'spm'),
  avgHeartRate: amount(150, 'bpm'),
  maxHeartRate: amount(175, 'bpm'),
  intesity: amount(9, 'MET'),
  distance: amount(6.2137119, 'mi'),
  temperature: amount(64, 'degF'),
  humidity: amount(60, '%'),
  totalSwimmingStrokeCount: amount(0, 'count'),
  isIndoor: false,
  elevation: { ascent: 50, descent: 48, units: 'm' },
  heartRateData: [0, 1].map((n) => ({ date: during(n), qty: 120 + n, units: 'bpm' })),
  heartRateRecovery: [0].map((n) => ({ date: during(n), qty: 110, units: 'bpm' })),
  route: [0, 1, 2].map((n) => ({ lat: 52.5, lon: 13.4, altitude: 30 + n, timestamp: secondOf(n) })),
};
