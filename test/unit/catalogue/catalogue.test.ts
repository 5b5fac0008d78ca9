import { describe, expect, it } from 'vitest';
import { builtInCatalogue, Catalogue } from '../../../src/catalogue/catalogue';
import type { MetricDefinition } from '../../../src/catalogue/metric-definition';
import { builtInMetrics } from '../../../src/catalogue/metrics';

function definition(id: number, name: string, aliases: readonly string[] = []): MetricDefinition {
  return {
    id,
    name,
    aliases,
    unit: 'count',
    kind: 'sum',
    family: 'quantity',
    possible: { min: 0, max: 10, source: 'made up for this test' },
    healthKitType: 'HKQuantityTypeIdentifierTest',
  };
}

describe('find', () => {
  it.each([
    ['Weight & Body Mass', 'weight_body_mass'],
    ['Heart Rate', 'heart_rate'],
    [' heart_rate\u00a0', 'heart_rate'],
    ['Heart-Rate', 'heart_rate'],
    ['HEART_RATE', 'heart_rate'],
    ['Walking + Running Distance', 'walking_running_distance'],
    ['VO2 Max', 'vo2_max'],
    ['Resting Energy', 'basal_energy_burned'],
    ['Monosaturated Fat', 'monounsaturated_fat'],
  ])('finds %j', (name, canonical) => {
    expect(builtInCatalogue.find(name)?.name).toBe(canonical);
  });

  it.each(['', ' ', '_', 'heart', 'heartrate', 'heart_rate_2', '__proto__', 'constructor', 'Frecuencia cardíaca'])(
    'does not find %j',
    (name) => {
      expect(builtInCatalogue.find(name)).toBeUndefined();
    },
  );

  it('does not fold names of any length', () => {
    expect(builtInCatalogue.find(`heart_rate${' '.repeat(1_000_000)}`)).toBeUndefined();
  });
});

describe('byId', () => {
  it("knows no users' own metrics", () => {
    expect(builtInCatalogue.byId(10_000)).toBeUndefined();
  });
});

describe('a catalogue with metrics of an extension', () => {
  it('finds them beside the built-in ones', () => {
    const extended = new Catalogue([...builtInMetrics, definition(1_000, 'grip_strength', ['hand_grip'])]);
    expect(extended.find('Hand Grip')?.id).toBe(1_000);
    expect(extended.byId(1_000)?.name).toBe('grip_strength');
    expect(extended.find('heart_rate')?.id).toBe(101);
    expect(extended.definitions).toHaveLength(builtInMetrics.length + 1);
  });

  it.each([
    ['an id twice', definition(101, 'grip_strength'), 'id 101 belongs to heart_rate'],
    ['a name twice', definition(1_000, 'heart_rate'), 'the name heart_rate belongs to heart_rate'],
    ['the name of an alias', definition(1_000, 'weight'), 'the name weight belongs to weight_body_mass'],
    ['an alias that is a name', definition(1_000, 'grip', ['heart_rate']), 'the name heart_rate belongs to heart_rate'],
    ['an alias twice', definition(1_000, 'grip', ['vo2max']), 'the name vo2max belongs to vo2_max'],
    ['its own name as alias', definition(1_000, 'grip', ['grip']), 'the name grip belongs to grip'],
    [
      'a name that would never be found',
      definition(1_000, 'Grip Strength'),
      'Grip Strength is not in canonical spelling',
    ],
    ['the id 0', definition(0, 'grip'), '0 is not a catalogue id'],
    ["an id of users' metrics", definition(10_000, 'grip'), '10000 is not a catalogue id'],
    ['a broken id', definition(1.5, 'grip'), '1.5 is not a catalogue id'],
  ])('is refused with %s', (_, added, message) => {
    expect(() => new Catalogue([...builtInMetrics, added])).toThrow(message);
  });
});
