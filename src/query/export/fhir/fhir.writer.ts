import { uuidV5 } from '../../../common/uuid';
import type { CopiedSample } from '../copied-sample';
import type { ThingFamily } from '../export-request';
import type { ExportWriter } from '../export-writer';
import type { ExportedMetric } from '../exported-metric';
import type { ExportedThings } from '../thing-tables';
import { fhirText } from './fhir-elements';
import type { ObservationParts } from './observation';
import { metricInFhir, sampleObservation } from './sample-observation';
import { thingObservation } from './thing-observation';

/** How resources are put into a file: one a line, or as the entries of one Bundle. */
export type FhirLayout = 'lines' | 'bundle';

/**
 * An export as FHIR R4: a Patient with nothing but the user's id, then one Observation a row. An observation keeps its id
 * from export to export. A bundle is of type `collection`.
 */
export class FhirWriter implements ExportWriter {
  private readonly subject: { readonly reference: string };

  constructor(
    private readonly userId: string,
    private readonly layout: FhirLayout,
  ) {
    this.subject = { reference: layout === 'lines' ? `Patient/${userId}` : `urn:uuid:${userId}` };
  }

  begin(): string {
    const patient = this.wrap(this.userId, { resourceType: 'Patient', id: this.userId });
    return this.layout === 'lines' ? patient : `{"resourceType":"Bundle","type":"collection","entry":[\n${patient}`;
  }

  samples(metric: ExportedMetric, samples: readonly CopiedSample[]): string {
    const inFhir = metricInFhir(metric);
    const comma = this.layout === 'lines' ? '' : ',';
    return samples.map((sample) => comma + this.observation(sampleObservation(inFhir, metric.name, sample))).join('');
  }

  things<Family extends ThingFamily>(family: Family, things: readonly ExportedThings[Family][]): string {
    const comma = this.layout === 'lines' ? '' : ',';
    return things.map((thing) => comma + this.observation(thingObservation(family, thing))).join('');
  }

  end(): string {
    return this.layout === 'lines' ? '' : ']}\n';
  }

  private observation({ key, source, body }: ObservationParts): string {
    const id = uuidV5(this.userId, JSON.stringify(key));
    const display = fhirText(source);
    return this.wrap(id, {
      resourceType: 'Observation',
      id,
      status: 'final',
      ...body,
      subject: this.subject,
      ...(display === undefined ? {} : { device: { display } }),
    });
  }

  private wrap(id: string, resource: object): string {
    const written = this.layout === 'lines' ? resource : { fullUrl: `urn:uuid:${id}`, resource };
    return `${JSON.stringify(written)}\n`;
  }
}
