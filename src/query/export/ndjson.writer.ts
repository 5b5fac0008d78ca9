import { SampleFlag } from '../../catalogue/family';
import type { CopiedSample } from './copied-sample';
import type { ExportAccount } from './export-account';
import type { ExportFamily, ThingFamily } from './export-request';
import type { ExportWriter } from './export-writer';
import type { ExportedMetric } from './exported-metric';
import { granularityName } from './granularity-names';
import type { ExportedThings } from './thing-tables';

/** Version of the lines, in the first of them; grows when a field changes its meaning or goes. */
const formatVersion = 1;

/** Texts that are written many times, as JSON. Bounded, because contexts and sources are whatever phones send. */
class QuotedTexts {
  private readonly quoted = new Map<string, string>();

  of(text: string): string {
    const known = this.quoted.get(text);
    if (known !== undefined) return known;
    if (this.quoted.size >= 1000) this.quoted.clear();
    const json = JSON.stringify(text);
    this.quoted.set(text, json);
    return json;
  }
}

/**
 * An export as one JSON object a line. The first is `{"type":"export",…}`, the last `{"type":"account",…}` with the rows
 * of each family; a file without that last line is not complete. Between them `type` is the family, and the other fields
 * are those of the API: of a sample with its `metric` and `unit`, of a workout with route and series, of an ECG with
 * voltages.
 */
export class NdjsonWriter implements ExportWriter {
  private readonly texts = new QuotedTexts();

  begin(families: readonly ExportFamily[]): string {
    return `${JSON.stringify({ type: 'export', version: formatVersion, families })}\n`;
  }

  samples({ family, name, unit }: ExportedMetric, samples: readonly CopiedSample[]): string {
    const head = `${JSON.stringify({ type: family, metric: name, unit }).slice(0, -1)},"recordedAt":"`;
    const isPair = family === 'blood_pressure';
    let lines = '';
    for (const sample of samples) {
      const { value, min, max, context, details } = sample;
      const values = isPair
        ? `${value},"min":null,"max":null,"systolic":${value},"diastolic":${min}`
        : `${value},"min":${min},"max":${max}`;
      lines +=
        `${head}${sample.recordedAt}","value":${values},"source":${this.texts.of(sample.source)}` +
        `,"granularity":"${granularityName(sample.granularity)}"` +
        (context === '' ? '' : `,"context":${this.texts.of(context)}`) +
        (details === null ? '' : `,"details":${details}`) +
        `,"zoneOffsetMinutes":${sample.zoneOffsetMinutes}${(sample.flags & SampleFlag.odd) === 0 ? '' : ',"odd":true'}}\n`;
    }
    return lines;
  }

  things<Family extends ThingFamily>(family: Family, things: readonly ExportedThings[Family][]): string {
    return things.map((thing) => `${JSON.stringify({ type: family, ...thing })}\n`).join('');
  }

  end(account: ExportAccount): string {
    return `${JSON.stringify({ type: 'account', ...account.toJSON() })}\n`;
  }
}
