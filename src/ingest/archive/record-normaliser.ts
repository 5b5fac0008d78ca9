import { builtInCatalogue } from '../../catalogue/catalogue';
import { Granularity } from '../../catalogue/granularity';
import { ownMetricName } from '../../catalogue/health-kit-quantities';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { UserMetric } from '../normalise/metric-block';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { countUnit } from './archive-surveyor';
import { BloodPressurePairs, type PressureHalf } from './blood-pressure-pairs';
import { addEventRecord, addSleep, addStateOfMind } from './category-rows';
import type { HealthRecord } from './health-record';
import { type OwnMetricIds, ownMetricOf } from './own-metrics';
import { addRecord, readDecimal } from './quantity-rows';
import { ownTarget, type QuantityTarget, quantityTarget, type UnusableTarget } from './quantity-target';
import { meaningOf, type RecordMeaning } from './record-meaning';
import { addPressure, addSexualActivity, categoryValue } from './record-rows';

type Target = QuantityTarget | UnusableTarget;

/** Different types and units that are remembered; an export has some 150. */
const maxTargets = 10_000;

/** The account lines of events by their kind. */
const eventLines = {
  symptom: 'symptoms',
  cycle_tracking: 'cycle_tracking',
  heart_rate_notification: 'heart_rate_notifications',
} as const;

/** Adds the records of an export to a payload and tells what became of each. */
export class RecordNormaliser {
  private readonly pressures = new BloodPressurePairs();
  private readonly meanings = new Map<string, RecordMeaning>();
  private readonly targets = new Map<string, Target>();
  /** No type is called so: the first record turns to its own. */
  private lastType = '\0';
  private lastUnit = '';
  private lastMeaning: RecordMeaning = { kind: 'quantity' };
  private lastTarget: Target | null = null;

  constructor(
    private readonly payload: NormalisedPayload,
    private readonly ids: OwnMetricIds,
    private readonly tell: (accountName: string, position: number, reason: RejectReason | null) => void,
  ) {}

  /** Adds one record. */
  add(record: HealthRecord): void {
    // Records of one type stand in a row.
    if (record.type !== this.lastType || record.unit !== this.lastUnit) this.turnTo(record.type, record.unit);
    if (this.lastTarget !== null) this.addNumber(record, readDecimal(record.value), this.lastTarget);
    else this.addOther(record, this.lastMeaning);
  }

  /** Adds a record with a value as a sample of a metric of the user's own. */
  addOwn(record: HealthRecord, metric: UserMetric): void {
    const target = this.remembered(`\0${metric.name}\0${metric.unit}`, () => ownTarget(metric, this.ids));
    this.addNumber(record, readDecimal(record.value), target, Granularity.day);
  }

  /** Adds one half of a blood pressure, from inside a correlation or by itself; what is none is passed over. */
  addPressureHalf(record: HealthRecord): void {
    const meaning = meaningOf(record.type);
    if (meaning.kind !== 'blood_pressure') return;
    const { pair, givenUp } = this.pressures.add(record, meaning.half);
    this.giveUp(givenUp);
    if (pair !== null) this.tell('blood_pressure', record.position, addPressure(pair, this.payload));
  }

  /** The document has ended. */
  finish(): void {
    this.giveUp(this.pressures.rest());
  }

  private giveUp(halves: readonly PressureHalf[]): void {
    for (const { position } of halves) this.tell('blood_pressure', position, 'value_missing');
  }

  private turnTo(type: string, unit: string): void {
    this.lastType = type;
    this.lastUnit = unit;
    let meaning = this.meanings.get(type);
    if (meaning === undefined) {
      meaning = meaningOf(type);
      if (this.meanings.size < maxTargets) this.meanings.set(type, meaning);
    }
    this.lastMeaning = meaning;
    this.lastTarget =
      meaning.kind === 'quantity'
        ? this.remembered(`${type}\0${unit}`, () => quantityTarget(type, unit, this.ids))
        : null;
  }

  private remembered(key: string, make: () => Target): Target {
    let target = this.targets.get(key);
    if (target === undefined) {
      target = make();
      if (this.targets.size === maxTargets) this.targets.clear();
      this.targets.set(key, target);
    }
    return target;
  }

  private addNumber(record: HealthRecord, value: number, target: Target, granularity: number = Granularity.raw): void {
    if ('reason' in target) this.tell(target.accountName, record.position, target.reason);
    else {
      const reason = addRecord(record, value, target, granularity, this.payload);
      this.tell(target.block.accountName, record.position, reason);
    }
  }

  private addOther(record: HealthRecord, meaning: RecordMeaning): void {
    const { payload } = this;
    const { position } = record;
    switch (meaning.kind) {
      case 'blood_pressure':
        this.addPressureHalf(record);
        break;
      case 'sleep':
        this.tell('sleep_analysis', position, addSleep(record, payload));
        break;
      case 'sexual_activity':
        this.tell('sexual_activity', position, addSexualActivity(record, payload));
        break;
      case 'state_of_mind':
        this.tell('state_of_mind', position, addStateOfMind(record, payload));
        break;
      case 'duration':
      case 'count':
        this.addNumber(record, categoryValue(record, meaning), this.metricTarget(meaning.metric));
        break;
      case 'symptom':
      case 'cycle_tracking':
      case 'heart_rate_notification':
        this.tell(eventLines[meaning.kind], position, addEventRecord(record, meaning, payload));
        break;
      default:
        this.addCounted(record);
    }
  }

  /** A category that nobody knows: each record counts as one, told apart by what its value says. */
  private addCounted(record: HealthRecord): void {
    const metric = ownMetricOf(record.type, countUnit);
    if (metric === null) {
      this.tell(ownMetricName(record.type.slice(0, 100)).replaceAll('\0', '\ufffd'), record.position, 'text_too_long');
      return;
    }
    const target = this.remembered(`\0${metric.name}\0${metric.unit}`, () => ownTarget(metric, this.ids));
    this.addNumber(record, 1, target);
  }

  private metricTarget(name: string): Target {
    return this.remembered(`\0metric\0${name}`, () => {
      const definition = builtInCatalogue.find(name);
      if (definition === undefined) throw new Error(`the catalogue has no ${name}`);
      return quantityTarget(definition.healthKitType, definition.unit, this.ids);
    });
  }
}
