import { expect, test } from 'vitest';
import { toVoltages } from '../../../src/query/ecg/voltages';

test('a curve has one unit, and its instants count from its start to the microsecond', () => {
  const columns = {
    at_ms: [1000, 1001.953, 1003.906],
    voltage: [1, -2, 3.5],
    units: ['mcV', 'mcV', 'mcV'],
    note: ['a', null, 'b'],
  };
  expect(toVoltages({ rows: 3, columns }, 1000)).toEqual({
    unit: 'mcV',
    values: [1, -2, 3.5],
    offsetsMs: [0, 1.953, 3.906],
    columns: { note: ['a', null, 'b'] },
  });
});

test('units that differ stay with their values', () => {
  const columns = { at_ms: [1000, null], voltage: [1, 2], units: ['mcV', 'mV'] };
  expect(toVoltages({ rows: 2, columns }, 1000)).toEqual({
    unit: null,
    values: [1, 2],
    offsetsMs: [0, null],
    columns: { units: ['mcV', 'mV'] },
  });
  expect(toVoltages({ rows: 1, columns: { voltage: [1] } }, 0).unit).toBeNull();
});
