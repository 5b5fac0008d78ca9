/** What a number of a point may be; NULL is kept in its place when it is anything else. */
export interface PointNumber {
  /** Lowest and highest that can be, both inclusive; without them any finite number. */
  readonly min?: number;
  readonly max?: number;
  /** A point without it is of no use, and is counted as unreadable. */
  readonly isNeeded?: true;
  /** The phone's word for "not known": it is NULL, and no fault. */
  readonly isUnknownBelowZero?: true;
}

/** How the points of one kind of array are spelled. */
export interface PointShape {
  /** Other spellings of a column's name. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Where a point's time is looked for, in this order. */
  readonly timeKeys: readonly string[];
  /** The columns of numbers, by their names; what else a point has is kept as it comes. */
  readonly numbers: Readonly<Record<string, PointNumber>>;
}

const unknownBelowZero: PointNumber = { isUnknownBelowZero: true };

/**
 * Points of a route. Degrees, metres, metres a second; Core Location says by a negative course, speed or accuracy that
 * it does not know it (CLLocation.h).
 */
export const routePointShape: PointShape = {
  aliases: { lat: 'latitude', lon: 'longitude' },
  timeKeys: ['timestamp', 'date'],
  numbers: {
    latitude: { min: -90, max: 90, isNeeded: true },
    longitude: { min: -180, max: 180, isNeeded: true },
    altitude: {},
    course: unknownBelowZero,
    courseAccuracy: unknownBelowZero,
    horizontalAccuracy: unknownBelowZero,
    verticalAccuracy: unknownBelowZero,
    speed: unknownBelowZero,
    speedAccuracy: unknownBelowZero,
  },
};

/** Points of a series, in the units that each was sent with. */
export const seriesPointShape: PointShape = {
  aliases: { Min: 'min', Avg: 'avg', Max: 'max' },
  timeKeys: ['date', 'timestamp'],
  numbers: { qty: {}, min: {}, avg: {}, max: {} },
};

/** Voltages of an electrocardiogram, in the units that each was sent with. */
export const voltagePointShape: PointShape = {
  aliases: {},
  timeKeys: ['date', 'timestamp'],
  numbers: { voltage: { isNeeded: true } },
};
