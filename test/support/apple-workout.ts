import { at, element, entry } from './apple-export';

/** A point of a GPX file. */
const point = (i: number): string =>
  `<trkpt lon="13.4${i}" lat="52.5${i}"><ele>34.5</ele><time>2024-05-01T08:00:0${i}Z</time><extensions><speed>1.2</speed><course>-1</course><hAcc>5</hAcc><vAcc>6</vAcc></extensions></trkpt>`;

/** A route of three points, as Apple writes it. */
export const gpx = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Apple Health Export" xmlns="http://www.topografix.com/GPX/1/1">
  <metadata><time>2024-05-01T10:00:00Z</time></metadata>
  <trk><name>Route 2024-05-01</name><trkseg>${[1, 2, 3].map(point).join('')}</trkseg></trk>
</gpx>`;

/** An ECG in another language, with decimal commas, as Apple writes it; 512 voltages a second. */
export const ecgCsv = [
  'Nom,Anna',
  'Date de naissance,"1 janv. 1990"',
  'Date d’enregistrement,2024-05-01 10:00:30 +0200',
  'Classification,Rythme sinusal',
  'Symptômes,',
  'Version du logiciel,"1,90"',
  'Appareil,"Watch6,2"',
  'Taux d’échantillonnage,512 hertz',
  '',
  'Dérivation,Dérivation I',
  'Unité,µV',
  '',
  '"-12,5"',
  '3',
  '4,25',
  '',
].join('\n');

/** The path of the route in {@link appleWorkout}. */
export const routePath = '/workout-routes/route_2024-05-01_10.00am.gpx';

/** A run of an hour with statistics, events and a route. */
export function appleWorkout(more: Readonly<Record<string, string>> = {}): string {
  const span = { startDate: at(0), endDate: at(3600) };
  return element(
    'Workout',
    {
      workoutActivityType: 'HKWorkoutActivityTypeRunning',
      duration: '59.5',
      durationUnit: 'min',
      sourceName: 'Watch',
      creationDate: at(3600),
      ...span,
      ...more,
    },
    entry('HKIndoorWorkout', '0'),
    entry('HKAverageMETs', '9.5 kcal/hr·kg'),
    element('WorkoutEvent', { type: 'HKWorkoutEventTypePause', date: at(60), duration: '1', durationUnit: 'min' }),
    element('WorkoutStatistics', {
      type: 'HKQuantityTypeIdentifierHeartRate',
      ...span,
      average: 140,
      minimum: 90,
      maximum: 170,
      unit: 'count/min',
    }),
    element('WorkoutStatistics', {
      type: 'HKQuantityTypeIdentifierDistanceWalkingRunning',
      ...span,
      sum: 10.5,
      unit: 'km',
    }),
    element('WorkoutStatistics', {
      type: 'HKQuantityTypeIdentifierActiveEnergyBurned',
      ...span,
      sum: 600,
      unit: 'kcal',
    }),
    element('WorkoutRoute', { sourceName: 'Watch', ...span }, element('FileReference', { path: routePath })),
  );
}
