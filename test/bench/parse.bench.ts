import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type BenchResult, median, rounded } from './figures';
import { generateSamples, seededRandom, toBody } from './generate-samples';

const bodyBytes = 50_000_000;
const seed = 20_261_125;
const rounds = 7;

/** What one fresh process measured. */
interface Measured {
  readonly ms: number;
  readonly rssGrowthMb: number;
  readonly samples: number;
}

function measure(way: string, file: string): Measured {
  const script = join(__dirname, 'parse-once.js');
  return JSON.parse(execFileSync(process.execPath, [script, way, file], { encoding: 'utf8' }));
}

function run(): BenchResult {
  const folder = mkdtempSync(join(tmpdir(), 'health-export-bench-'));
  try {
    const file = join(folder, 'body.json');
    const one = toBody(generateSamples(seededRandom(seed), Date.UTC(2024, 0, 1), 1000)).length / 1000;
    const body = toBody(generateSamples(seededRandom(seed), Date.UTC(2024, 0, 1), Math.round(bodyBytes / one)));
    writeFileSync(file, body);
    const found: Record<string, Measured[]> = { json: [], parse: [], normalise: [] };
    for (let round = 0; round < rounds; round++) {
      for (const way of Object.keys(found)) found[way]?.push(measure(way, file));
    }
    const ms = (way: string): number => median((found[way] as Measured[]).map((run) => run.ms));
    const { samples } = (found['normalise'] as Measured[])[0] as Measured;
    const mbPerS = (way: string): number => rounded(body.length / 1e6 / (ms(way) / 1000));
    return {
      figures: {
        vs_json_parse: ms('json') / ms('parse'),
        rss_growth_mb: median((found['parse'] as Measured[]).map((run) => run.rssGrowthMb)),
        normalise_ns_per_sample: ((ms('normalise') - ms('parse')) * 1e6) / samples,
      },
      notes: [
        `MB/s: JSON.parse ${mbPerS('json')}, parse ${mbPerS('parse')}, parse and normalise ${mbPerS('normalise')}`,
      ],
      settings: { cores: cpus().length, seed, body_mb: rounded(body.length / 1e6), samples, rounds },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Our parse of a 50 MB body against `JSON.parse` of the whole, each in a fresh process. */
export const parseBench: Bench = {
  name: 'parse',
  about: 'a 50 MB body: parsed in slices, and normalised into columns',
  goals: {
    vs_json_parse: { min: 0.8 },
    rss_growth_mb: { max: 32 },
    normalise_ns_per_sample: { max: 500 },
  },
  run: () => Promise.resolve(run()),
};
