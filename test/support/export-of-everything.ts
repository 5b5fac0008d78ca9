import { metric, secondOf } from './health-export';

/** How many elements {@link exportOfEverything} has. */
export const everythingCount = 15;

/**
 * An export with one or two elements of everything that can be stored; none of them is rejected.
 *
 * With another `change` every element has the same key and another value.
 */
export function exportOfEverything(change = 0): { data: Record<string, readonly unknown[]> } {
  const hour = '2024-05-01 11:00:00 +0000';
  const changedWord = change === 0 ? '' : ` ${change}`;
  const reading = (values: object): unknown => ({ date: secondOf(1), source: 'Watch', ...values });
  return {
    data: {
      metrics: [
        metric('heart_rate', 'count/min', [
          reading({ qty: 60 + change }),
          { date: secondOf(2), Min: 50, Avg: 65 + change, Max: 120, source: 'Watch' },
        ]),
        metric('step_count', 'count', [reading({ qty: 10 + change })]),
        metric('blood_pressure', 'mmHg', [reading({ systolic: 120 + change, diastolic: 80 })]),
        metric('moon_phase', 'percent', [reading({ qty: 40 + change })]),
        metric('sleep_analysis', 'hr', [
          { startDate: secondOf(0), endDate: hour, qty: 1, value: 'Core', source: 'Watch' },
          { date: hour, totalSleep: 1, core: 1 + change, sleepStart: secondOf(0), sleepEnd: hour, source: 'Watch' },
        ]),
      ],
      workouts: [
        {
          id: '0A1B2C3D-0000-4000-8000-000000000001',
          name: 'Walk',
          start: secondOf(0),
          end: hour,
          duration: 3600 + change,
          route: [{ latitude: 52.5, longitude: 13.4, altitude: 34.5, timestamp: secondOf(1), speed: 1.2 }],
          heartRateData: [{ date: secondOf(5), Min: 90, Avg: 95, Max: 100, units: 'bpm', source: 'Watch' }],
        },
        { name: 'Run', start: secondOf(0), end: hour, distance: { qty: 10 + change, units: 'km' } },
      ],
      stateOfMind: [
        {
          id: '0A1B2C3D-0000-4000-8000-000000000002',
          start: '2024-05-01T10:00:00Z',
          end: '2024-05-01T10:00:00Z',
          kind: 'daily_mood',
          labels: ['calm'],
          associations: ['work'],
          valence: change === 0 ? 0.5 : -0.5 / change,
          valenceClassification: 'pleasant',
        },
      ],
      medications: [
        {
          displayText: 'Aspirin',
          start: secondOf(0),
          end: secondOf(1),
          status: `Taken${changedWord}`,
          codings: [{ code: '1191', system: 'rxnorm', version: '1' }],
        },
      ],
      symptoms: [
        {
          name: 'Fatigue',
          start: secondOf(0),
          end: hour,
          severity: `Mild${changedWord}`,
          userEntered: true,
          source: 'Health',
        },
      ],
      cycleTracking: [{ name: 'Flow', start: secondOf(0), end: hour, value: `Light${changedWord}`, source: 'Health' }],
      ecg: [
        {
          start: secondOf(0),
          end: secondOf(30),
          classification: `Sinus Rhythm${changedWord}`,
          averageHeartRate: 60,
          numberOfVoltageMeasurements: 1,
          samplingFrequency: 512,
          voltageMeasurements: [{ date: 1_714_557_600.5, voltage: 12.5, units: 'mcV' }],
          source: 'Watch',
        },
      ],
      heartRateNotifications: [
        {
          start: secondOf(0),
          end: secondOf(600),
          threshold: 120,
          heartRate: [{ hr: 125 + change, units: 'bpm', timestamp: { start: secondOf(0), end: secondOf(5) } }],
          source: 'Watch',
        },
      ],
    },
  };
}
