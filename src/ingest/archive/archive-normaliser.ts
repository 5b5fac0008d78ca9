import type { RejectReason } from '../../catalogue/reject-reason';
import type { AccountUnderWay } from '../account';
import { snakeCase } from '../normalise/elements/snake-case';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { summaryNumbers } from './activity-summary';
import type { HealthDataHandler } from './health-data-reader';
import { HealthRecord } from './health-record';
import type { OwnMetricIds } from './own-metrics';
import { RecordNormaliser } from './record-normaliser';
import { attributeOf, type XmlElement } from './xml-element';

/** A workout that is to be added with its route, which is in files beside the export. */
export interface WaitingWorkout {
  readonly element: XmlElement;
  readonly position: number;
}

/** Children of the root that say nothing of a time: when it was exported, and who the person is. */
const unaccounted: ReadonlySet<string> = new Set(['ExportDate', 'Me']);

/** What is counted and not kept, by the name that the account calls it. */
const notKept: ReadonlyMap<string, string> = new Map([
  ['ClinicalRecord', 'clinical_records'],
  ['Audiogram', 'audiograms'],
  ['VisionPrescription', 'vision_prescriptions'],
]);

/** Longest name that is shown of an element that nobody knows. */
const maxShownName = 100;

/** Where a child of the root stands, as a JSON pointer into the document. */
function pathOf(position: number): string {
  return `/HealthData/${position}`;
}

/** Turns what an export's document holds into column batches and keeps the account of it. */
export class ArchiveNormaliser implements HealthDataHandler {
  /** Workouts read so far that have not been added yet. */
  workouts: WaitingWorkout[] = [];
  private readonly records: RecordNormaliser;
  private readonly summaryRecord = new HealthRecord();

  constructor(
    payload: NormalisedPayload,
    private readonly account: AccountUnderWay,
    ids: OwnMetricIds,
  ) {
    this.records = new RecordNormaliser(payload, ids, this.tell);
  }

  record(record: HealthRecord): void {
    this.records.add(record);
  }

  element(element: XmlElement, position: number): void {
    const { name } = element;
    const lineOfIgnored = notKept.get(name);
    if (name === 'Workout') this.workouts.push({ element, position });
    else if (name === 'Correlation') this.addCorrelation(element, position);
    else if (name === 'ActivitySummary') this.addSummary(element, position);
    else if (lineOfIgnored !== undefined) this.tell(lineOfIgnored, position, 'kind_not_kept');
    else if (!unaccounted.has(name)) this.tell(snakeCase(name.slice(0, maxShownName)), position, 'unknown_kind');
  }

  tooLarge(name: string, position: number): void {
    this.tell(snakeCase(name.slice(0, maxShownName)), position, 'element_too_large');
  }

  /** Counts what became of a child of the root; `reason` is null when it is going to be written. */
  readonly tell = (accountName: string, position: number, reason: RejectReason | null): void => {
    if (reason === null) this.account.accept(accountName);
    else this.account.reject(accountName, pathOf(position), reason);
  };

  /** The document has ended: what still waits for something will not get it. */
  finish(): void {
    this.records.finish();
  }

  /**
   * Records inside a correlation also stand in the document by themselves, where they are read; only older exports have
   * some halves of blood pressures nowhere else, and a pair that is there twice is told once.
   */
  private addCorrelation(element: XmlElement, position: number): void {
    if (attributeOf(element, 'type') !== 'HKCorrelationTypeIdentifierBloodPressure') return;
    const record = new HealthRecord();
    for (const child of element.children) {
      if (child.name !== 'Record') continue;
      record.fill(child, position);
      this.records.addPressureHalf(record);
    }
  }

  private addSummary(element: XmlElement, position: number): void {
    const record = this.summaryRecord;
    record.position = position;
    record.startDate = attributeOf(element, 'dateComponents');
    record.endDate = record.startDate;
    for (const { metric, value } of summaryNumbers(element)) {
      record.value = value;
      this.records.addOwn(record, metric);
    }
  }
}
