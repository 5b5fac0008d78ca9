import { expect, test } from 'vitest';
import { toRouteFeature } from '../../../src/query/workouts/route-feature';

const atMs = Date.parse('2026-05-01T06:00:00Z');

test('a route is a line of longitude, latitude and altitude, with what else each point has', () => {
  const feature = toRouteFeature({
    rows: 4,
    columns: {
      at_ms: [atMs, atMs + 1000, atMs + 2000.5, null],
      latitude: [52.1, null, 52.3, 52.4],
      longitude: [13.1, 13.2, 13.3, 13.4],
      altitude: [34.5, 35, null, 36],
      speed: [2.5, 2.6, null, 2.8],
    },
  });
  expect(feature).toEqual({
    type: 'Feature',
    geometry: {
      type: 'LineString',
      coordinates: [
        [13.1, 52.1, 34.5],
        [13.3, 52.3],
        [13.4, 52.4, 36],
      ],
    },
    properties: {
      timestamps: ['2026-05-01T06:00:00.000Z', '2026-05-01T06:00:02.000Z', null],
      columns: { speed: [2.5, null, 2.8] },
    },
  });
});

test('one point is a point, for a line needs two', () => {
  const columns = { at_ms: [atMs], latitude: [52.1], longitude: [13.1] };
  expect(toRouteFeature({ rows: 1, columns })?.geometry).toEqual({ type: 'Point', coordinates: [13.1, 52.1] });
});

test('without a place there is no route', () => {
  expect(toRouteFeature({ rows: 1, columns: { at_ms: [atMs], latitude: [null], longitude: [13.1] } })).toBeNull();
  expect(toRouteFeature({ rows: 0, columns: {} })).toBeNull();
});
