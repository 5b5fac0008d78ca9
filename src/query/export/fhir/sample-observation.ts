import { fhirMetrics, loincCodes, ucumOf } from '../../../catalogue/fhir-codes';
import type { CopiedSample } from '../copied-sample';
import type { ExportedMetric } from '../exported-metric';
import { granularityName } from '../granularity-names';
import { category, concept, loincCoding, ownCoding, quantity } from './fhir-elements';
import { fhirEffective } from './fhir-instant';
import type { ObservationParts } from './observation';

/** What all observations of a metric share. */
export interface MetricInFhir {
  readonly head: object;
  readonly unit: string;
  readonly ucum: string | undefined;
  readonly isPair: boolean;
}

/** How a metric is told in FHIR: by LOINC where it has a code, and always by our own name. */
export function metricInFhir({ family, name, unit }: ExportedMetric): MetricInFhir {
  const known = fhirMetrics[name];
  const coding = [...loincCoding(known?.loinc ?? []), ...ownCoding('metric', name)];
  return {
    head: {
      ...(known === undefined ? {} : category(known.category)),
      code: concept(coding, name.replaceAll('_', ' ')),
    },
    unit,
    ucum: known?.ucum ?? ucumOf(unit),
    isPair: family === 'blood_pressure',
  };
}

/** A sample as an observation; the lowest and the highest value are components. */
export function sampleObservation(metric: MetricInFhir, metricName: string, sample: CopiedSample): ObservationParts {
  const { source, granularity, context, min, max } = sample;
  const { unit, ucum } = metric;
  const value = quantity(Number(sample.value), unit, ucum);
  const component = (coding: readonly object[], text: string | null): object[] =>
    text === null ? [] : [{ code: concept(coding), valueQuantity: quantity(Number(text), unit, ucum) }];
  const components = metric.isPair
    ? [
        ...component(loincCoding([loincCodes.systolic]), sample.value),
        ...component(loincCoding([loincCodes.diastolic]), min),
      ]
    : [...component(ownCoding('part', 'minimum'), min), ...component(ownCoding('part', 'maximum'), max)];
  return {
    key: [metricName, sample.recordedAt, source, granularityName(granularity), context, unit],
    source,
    body: {
      ...metric.head,
      ...fhirEffective(Date.parse(sample.recordedAt), Number(sample.zoneOffsetMinutes), granularity),
      ...(metric.isPair ? {} : { valueQuantity: value }),
      ...(context === '' ? {} : { method: concept([], context) }),
      ...(components.length === 0 ? {} : { component: components }),
    },
  };
}
