import { readFileSync } from 'node:fs';
import { builtInParser } from '../../../src/ingest/export-parser';
import { normaliseExport } from '../../../src/ingest/normalise-export';
import { parseExport } from '../../../src/ingest/parse/parse-export';
import { fixedParseLimits } from '../../../src/ingest/parse/parse-limits';

// One way of parsing one file, once, in a process of its own; prints what it took.

const limits = { ...fixedParseLimits, maxDepth: 32, maxKeysPerObject: 1000 };

async function parse(way: string, bytes: Buffer): Promise<number> {
  if (way === 'json') return JSON.parse(bytes.toString()).data.metrics[0].data.length;
  let samples = 0;
  if (way === 'parse') {
    await parseExport(bytes, limits, {
      begin: () => Promise.resolve(),
      samples: (_head, elements) => {
        samples += elements.length;
      },
      endMetric: () => undefined,
      elements: () => undefined,
    });
    return samples;
  }
  const context = {
    receivedAtMs: Date.UTC(2100, 0, 1),
    futureToleranceMs: 0,
    timeZone: 'UTC',
    namedGranularity: null,
  };
  const { payload } = await normaliseExport(bytes, limits, builtInParser, context, () => Promise.resolve([]));
  samples = payload.rows;
  return samples;
}

/**
 * The most memory since the process began, in bytes; only what lies above the mark before the work tells something
 * about the work, below it the samples taken on the way do.
 */
function peakSinceStartBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

async function main(): Promise<void> {
  const [way = '', file = ''] = process.argv.slice(2);
  const bytes = readFileSync(file);
  const rssBefore = process.memoryUsage.rss();
  const peakBefore = peakSinceStartBytes();
  let sampledPeak = rssBefore;
  const sample = (): void => {
    sampledPeak = Math.max(sampledPeak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 5);
  const startMs = performance.now();
  const samples = await parse(way, bytes);
  const ms = performance.now() - startMs;
  clearInterval(timer);
  sample();
  const peak = peakSinceStartBytes() > peakBefore ? peakSinceStartBytes() : sampledPeak;
  console.log(JSON.stringify({ ms, rssGrowthMb: (peak - rssBefore) / 1e6, samples }));
}

void main();
