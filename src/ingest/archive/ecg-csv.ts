import type { JsonObject } from '../../catalogue/json';
import { parseInstant } from '../../catalogue/parse-instant';

/** Lines before the voltages: ten in all known versions. */
const maxHeaderLines = 30;

/** Voltages that are built: the reader of ECGs refuses more. */
const maxVoltages = 1_000_001;

/** A voltage alone on its line; phones of many languages write a decimal comma, some in quotes. */
const voltageLine = /^"?(-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)"?$/;

/** `512 hertz`, `512,844 Hz`, `511.8 赫兹`: a number of samples a second with a word behind it. */
const rateValue = /^(\d{2,5}(?:[.,]\d+)?)\s*\p{L}+$/u;

/** One field, with the quotes that a comma inside needs. */
function unquote(field: string): string {
  const text = field.trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** What is behind the first comma; labels have none in any language. */
function fieldOf(line: string): string {
  const comma = line.indexOf(',');
  return comma < 0 ? '' : unquote(line.slice(comma + 1));
}

function toNumber(text: string): number {
  return Number(text.replace(',', '.'));
}

/**
 * Reads an ECG as Apple exports it: a header of labels and values, then one voltage a line. The labels are in the
 * phone's language, so values are known by their form and place: the one that is an instant, the class behind it, the
 * one that is a rate.
 *
 * The result is in the form of the app, without a source, which the file does not have. Null when there is no instant or
 * no rate: without them nobody can tell what the curve is.
 */
export function readEcgCsv(text: string): JsonObject | null {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const firstVoltage = lines.findIndex((line) => voltageLine.test(line.trim()));
  const header = (firstVoltage < 0 ? lines : lines.slice(0, firstVoltage))
    .filter((line) => line.trim() !== '')
    .slice(0, maxHeaderLines)
    .map(fieldOf);
  const dateLine = header.findIndex((value) => parseInstant(value)?.hasOffset === true);
  const start = parseInstant(header[dateLine]);
  const rate = header
    .slice(dateLine + 1)
    .map((value) => rateValue.exec(value)?.[1])
    .find((value) => value !== undefined);
  if (start === null || rate === undefined) return null;
  const samplingFrequency = toNumber(rate);
  const units = header.some((value) => /^m[vV]$/.test(value)) ? 'mV' : 'mcV';
  const voltages = firstVoltage < 0 ? [] : lines.slice(firstVoltage, firstVoltage + maxVoltages);
  while (voltages.at(-1)?.trim() === '') voltages.pop();
  const voltageMeasurements = voltages.map((line, i): JsonObject => {
    const match = voltageLine.exec(line.trim());
    const date = (start.atMs + (i * 1_000) / samplingFrequency) / 1_000;
    // A line that is none is a hole in the curve, which the reader of ECGs refuses.
    return { date, voltage: match === null ? null : toNumber(match[1] as string), units };
  });
  const end = new Date(start.atMs + Math.round((voltageMeasurements.length * 1_000) / samplingFrequency));
  return {
    start: header[dateLine] as string,
    end: end.toISOString(),
    classification: header[dateLine + 1] ?? null,
    symptoms: header[dateLine + 2] ?? null,
    softwareVersion: header[dateLine + 3] ?? null,
    device: header[dateLine + 4] ?? null,
    samplingFrequency,
    numberOfVoltageMeasurements: voltageMeasurements.length,
    voltageMeasurements,
  };
}
