import type { HealthRecord } from './health-record';

/** One half of a blood pressure, as it waits for the other one. */
export interface PressureHalf {
  readonly position: number;
  readonly value: string;
  readonly unit: string;
}

/** Both halves of a reading. */
export interface PressurePair {
  readonly startDate: string;
  readonly endDate: string;
  readonly sourceName: string;
  readonly systolic: PressureHalf;
  readonly diastolic: PressureHalf;
}

interface Reading {
  systolic?: PressureHalf;
  diastolic?: PressureHalf;
  /** Both were there, and the pair was told. */
  isTold: boolean;
}

/** Readings remembered: one an hour for ten years. */
const maxReadings = 100_000;

/**
 * Puts blood pressures together. Apple's export has each half as a record of its own, and most of them a second time
 * inside a `Correlation`: both are one reading, which is told once.
 *
 * Memory: bounded; of more readings than that the oldest is given up.
 */
export class BloodPressurePairs {
  private readonly readings = new Map<string, Reading>();

  /**
   * Takes one half. Returns the pair when this completes it, and `given up` with what is given up for it: halves whose
   * other half has not come.
   */
  add(record: HealthRecord, half: 'systolic' | 'diastolic'): { pair: PressurePair | null; givenUp: PressureHalf[] } {
    const { startDate, endDate, sourceName, position, value, unit } = record;
    const key = `${startDate}\0${sourceName}`;
    let reading = this.readings.get(key);
    const givenUp: PressureHalf[] = [];
    if (reading === undefined) {
      if (this.readings.size === maxReadings) givenUp.push(...this.dropOldest());
      reading = { isTold: false };
      this.readings.set(key, reading);
    }
    reading[half] ??= { position, value, unit };
    const { systolic, diastolic, isTold } = reading;
    if (isTold || systolic === undefined || diastolic === undefined) return { pair: null, givenUp };
    reading.isTold = true;
    return { pair: { startDate, endDate, sourceName, systolic, diastolic }, givenUp };
  }

  /** The halves whose other half never came, in the order of the document; the document has ended. */
  rest(): PressureHalf[] {
    const rest = [...this.readings.values()].flatMap(halvesOf);
    this.readings.clear();
    return rest.sort((a, b) => a.position - b.position);
  }

  private dropOldest(): PressureHalf[] {
    const [oldest] = this.readings.keys();
    const reading = oldest === undefined ? undefined : this.readings.get(oldest);
    if (oldest === undefined || reading === undefined) return [];
    this.readings.delete(oldest);
    return halvesOf(reading);
  }
}

function halvesOf({ systolic, diastolic, isTold }: Reading): PressureHalf[] {
  return isTold ? [] : [systolic, diastolic].filter((half) => half !== undefined);
}
