import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import type { MetricDefinition } from '../../../src/catalogue/metric-definition';
import { metric, metricsBody } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { night, segment } from '../../support/sleep-elements';
import { v2 } from '../../support/workout-elements';

/** Metrics that the dashboard of a person shows by day, each with the title of its panel. */
export const shownByDay = {
  resting_heart_rate: 'Resting heart rate',
  heart_rate_variability: 'Heart rate variability',
  respiratory_rate: 'Respiratory rate',
  step_count: 'Steps',
  active_energy: 'Energy',
  basal_energy_burned: 'Energy',
  apple_exercise_time: 'Exercise',
  walking_running_distance: 'Distance on foot',
  flights_climbed: 'Flights climbed',
  vo2_max: 'VO2 max',
  weight_body_mass: 'Weight',
  body_fat_percentage: 'Body fat',
  blood_oxygen_saturation: 'Blood oxygen',
  body_temperature: 'Body temperature',
  mindful_minutes: 'Mindful minutes',
} as const;

/** The days on which everything lies. */
const days = ['2024-05-01', '2024-05-02', '2024-05-03'] as const;

function definitionOf(name: string): MetricDefinition {
  const definition = builtInCatalogue.find(name);
  if (definition === undefined) throw new Error(`no metric ${name}`);
  return definition;
}

/** A value that is neither odd nor like another one. */
function usualValue({ usual, possible }: MetricDefinition, n: number): number {
  const { min, max } = usual ?? possible;
  return min + (max - min) * (0.3 + n / 100);
}

/** What a watch measures now and then: more samples on each day than on the one before. */
function measured(name: string): Record<string, unknown> {
  const definition = definitionOf(name);
  const data = days.flatMap((day, dayIndex) =>
    Array.from({ length: dayIndex + 2 }, (_, n) => {
      const value = usualValue(definition, dayIndex * 10 + n);
      const date = `${day} ${String(7 + 3 * n).padStart(2, '0')}:13:0${n} +0200`;
      const sample = { date, source: 'Watch' };
      if (name === 'blood_pressure') return { ...sample, systolic: 120 + n, diastolic: 80 - dayIndex };
      if (name !== 'heart_rate') return { ...sample, qty: value };
      return { ...sample, Min: value - 5, Avg: value, Max: value + 5 };
    }),
  );
  return metric(name, definition.unit, data);
}

/** The totals of the first two days, as a telephone sends them. */
function totals(name: string): Record<string, unknown> {
  const definition = definitionOf(name);
  const data = days.slice(0, 2).map((day, n) => {
    const value = usualValue(definition, 40 + n);
    const sample = { date: `${day} 00:00:00 +0200`, source: 'iPhone' };
    return name === 'heart_rate' ? { ...sample, Min: value, Avg: value, Max: value } : { ...sample, qty: value };
  });
  return metric(name, definition.unit, data);
}

/** Sends everything that the dashboard shows, from a watch and from a telephone that say different things. */
export async function sendPersonData(phone: Phone): Promise<void> {
  const names = [...Object.keys(shownByDay), 'heart_rate'];
  const stages = [
    segment('Core', '01:00', '03:00'),
    segment('Deep', '02:30', '04:00'),
    segment('REM', '04:00', '05:30'),
    segment('Core', '14:00', '15:00'),
  ];
  const sleep = [metric('sleep_analysis', 'hr', [night]), metric('sleep_analysis', 'hr', stages)];
  const bodies = [
    metricsBody(...names.map(measured), measured('blood_pressure')),
    metricsBody(...sleep.slice(0, 1)),
    metricsBody(...sleep.slice(1)),
    { data: { workouts: [v2] } },
  ];
  for (const body of bodies) await accept(phone, body, {});
  await accept(phone, metricsBody(...names.map(totals)), { 'automation-aggregation': 'Days' });
}

async function accept(phone: Phone, body: unknown, headers: Record<string, string>): Promise<void> {
  const { status, json } = await phone.post(body, headers);
  if (status !== 200 || json.rejected > 0) throw new Error(`not all was taken: ${JSON.stringify(json)}`);
}
