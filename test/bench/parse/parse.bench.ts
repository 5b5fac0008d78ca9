import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, rounded } from '../figures';
import { largeBody, seededRandom } from '../generate-samples';
import { smallNeeds } from '../preflight';

const seed = 20_261_125;
const ways = ['json', 'parse', 'normalise'] as const;

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

function run(context: BenchContext): BenchResult {
  const bodyBytes = context.scaled(50_000_000, 10_000_000);
  const rounds = context.scaled(9, 2);
  const file = join(context.workDir, 'body.json');
  const { body, samples: count } = largeBody(seededRandom(seed), Date.UTC(2018, 0, 1), bodyBytes);
  writeFileSync(file, body);
  const found: Record<(typeof ways)[number], Measured[]> = { json: [], parse: [], normalise: [] };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(round + i) % ways.length] as (typeof ways)[number];
      const measured = measure(way, file);
      if (measured.samples !== count) throw new Error(`${way} found ${measured.samples} of ${count} samples`);
      found[way].push(measured);
    }
    context.progress(`round ${round + 1} of ${rounds}`);
  }
  const ms = (way: (typeof ways)[number]): number => median(found[way].map((one) => one.ms));
  const growthMb = (way: (typeof ways)[number]): number => median(found[way].map((one) => one.rssGrowthMb));
  const describe = (way: (typeof ways)[number]): string =>
    `${way.padEnd(9)} ${rounded(body.length / 1e6 / (ms(way) / 1000))} MB/s, RSS grows by ${rounded(growthMb(way))} MB`;
  return {
    figures: {
      vs_json_parse: ms('json') / ms('parse'),
      rss_growth_mb: growthMb('parse'),
      normalise_ns_per_sample: ((ms('normalise') - ms('parse')) * 1e6) / count,
    },
    notes: ways.map(describe),
    settings: {
      cores: cpus().length,
      node: process.version,
      seed,
      body_mb: rounded(body.length / 1e6),
      samples: count,
      rounds,
    },
  };
}

/** Our parse of a 50 MB body against `JSON.parse` of the whole, each in a fresh process. */
export const parseBench: Bench = {
  name: 'parse',
  about: 'a 50 MB body: parsed in slices, and normalised into columns',
  isShort: true,
  needs: () => ({ ...smallNeeds, freeDiskBytes: 1e9 }),
  goals: {
    vs_json_parse: { min: 0.8 },
    rss_growth_mb: { max: 32 },
    normalise_ns_per_sample: { max: 500 },
  },
  run: (context) => Promise.resolve(run(context)),
};
