import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../generate-samples';

/** What a generated export holds. */
export interface GeneratedExport {
  readonly file: string;
  readonly bytes: number;
}

/** Ten years, so that a gigabyte of records lies as densely as those of a person with a watch. */
const startMs = Date.UTC(2014, 0, 1);

/** Written to the file at once. */
const pieceChars = 1_000_000;

interface Kind {
  readonly type: string;
  readonly unit: string;
  /** Share of all records. */
  readonly share: number;
  /** How long one lasts, in s. */
  readonly lastsS: number;
  value(random: () => number): string;
  readonly metadata?: string;
}

/** The mix of a person with a watch: energy and heart rate are two thirds of all records. */
const kinds: readonly Kind[] = [
  { type: 'ActiveEnergyBurned', unit: 'kcal', share: 0.3, lastsS: 61, value: (random) => (random() * 3).toFixed(3) },
  {
    type: 'HeartRate',
    unit: 'count/min',
    share: 0.25,
    lastsS: 0,
    value: (random) => String(48 + Math.floor(random() * 100)),
    metadata: '<MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>',
  },
  { type: 'BasalEnergyBurned', unit: 'kcal', share: 0.15, lastsS: 900, value: (random) => (random() * 20).toFixed(3) },
  {
    type: 'StepCount',
    unit: 'count',
    share: 0.12,
    lastsS: 240,
    value: (random) => String(1 + Math.floor(random() * 300)),
  },
  {
    type: 'DistanceWalkingRunning',
    unit: 'km',
    share: 0.12,
    lastsS: 240,
    value: (random) => (random() / 4).toFixed(5),
  },
  { type: 'OxygenSaturation', unit: '%', share: 0.03, lastsS: 0, value: (random) => (0.9 + random() / 10).toFixed(2) },
  {
    type: 'EnvironmentalAudioExposure',
    unit: 'dBASPL',
    share: 0.03,
    lastsS: 1800,
    value: (random) => (40 + random() * 50).toFixed(4),
  },
];

function dateText(atMs: number): string {
  const iso = new Date(atMs + 3_600_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0100`;
}

function recordText(kind: Kind, atMs: number, random: () => number): string {
  const isPhone = kind.type === 'StepCount' && random() < 0.5;
  const [name, model] = isPhone ? ['Anna’s iPhone', 'iPhone14,5'] : ['Anna’s Apple\u00a0Watch', 'Watch6,2'];
  const address = Math.floor(random() * 0xffff_ffff).toString(16);
  const device = `&lt;&lt;HKDevice: 0x2${address}&gt;, name:${isPhone ? 'iPhone' : 'Apple Watch'}, manufacturer:Apple Inc., model:${isPhone ? 'iPhone' : 'Watch'}, hardware:${model}, software:10.3.1&gt;`;
  const end = dateText(atMs + kind.lastsS * 1000);
  const start = kind.lastsS === 0 ? end : dateText(atMs);
  const head = ` <Record type="HKQuantityTypeIdentifier${kind.type}" sourceName="${name}" sourceVersion="10.3.1" device="${device}" unit="${kind.unit}" creationDate="${end}" startDate="${start}" endDate="${end}" value="${kind.value(random)}"`;
  return kind.metadata === undefined ? `${head}/>\n` : `${head}>\n  ${kind.metadata}\n </Record>\n`;
}

/**
 * An `export.xml` of about so many bytes, kind by kind as Apple writes it; made once and kept in `folder`, because it
 * takes as long as importing it.
 */
export async function generateExport(folder: string, seed: number, bytes: number): Promise<GeneratedExport> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `export-${seed}-${bytes}.xml`);
  if (existsSync(file)) return { file, bytes };
  const random = seededRandom(seed);
  const output = await open(`${file}.part`, 'w');
  let text =
    '<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="de_DE">\n <ExportDate value="2024-06-01 08:00:00 +0100"/>\n';
  let written = 0;
  const flush = async (): Promise<void> => {
    const piece = Buffer.from(text);
    await output.write(piece);
    written += piece.length;
    text = '';
  };
  let untilBytes = 0;
  for (const kind of kinds) {
    untilBytes += kind.share * bytes;
    // A record of some 420 bytes each; spread over ten years.
    const meanGapMs = (10 * 365.25 * 86_400_000) / ((kind.share * bytes) / 420);
    for (
      let atMs = startMs;
      written + text.length < untilBytes;
      atMs += 1000 * Math.ceil((random() * 2 * meanGapMs) / 1000)
    ) {
      text += recordText(kind, atMs, random);
      if (text.length >= pieceChars) await flush();
    }
  }
  text += '</HealthData>\n';
  await flush();
  await output.close();
  renameSync(`${file}.part`, file);
  return { file, bytes: written };
}
