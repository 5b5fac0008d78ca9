import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchOptions } from './bench-context';
import { benches } from './benches';
import { defaultQueryRows } from './query/query.bench';

/** What was asked for on the command line. */
export interface Command extends BenchOptions {
  readonly names: readonly string[];
  readonly isHelp: boolean;
  readonly isFull: boolean;
  readonly jsonFile: string | undefined;
  readonly compareFile: string | undefined;
}

const defaultGrowthRows = 50_000_000;
const minQueryRows = 100_000;

/** Compiled to dist/test/bench. */
const projectRoot = join(__dirname, '../../..');

/** The text of `--help`. */
export function helpText(): string {
  const list = benches.map(({ name, about, isShort }) => `  ${name.padEnd(12)}${isShort ? ' ' : '*'} ${about}`);
  return `Benchmarks of Health Export, on a PostgreSQL and a Redis of their own, or on those of DATABASE_URL and
REDIS_URL: a database is made there, and dropped at the end.

  npm run bench                      a short set, at most 10 minutes
  npm run bench -- NAME …            some of them
  npm run bench -- --full            all of them, those marked * too
  npm run bench -- --json FILE       writes the figures as JSON as well
  npm run bench -- --compare FILE    shows them beside those of an earlier --json
  npm run bench -- --data-dir DIR    where the data goes while it runs (default .data)
  npm run bench -- --growth-rows N   rows that growth has stored before it measures (default ${defaultGrowthRows})
  npm run bench -- --rows N          rows that query has stored before it measures (default ${defaultQueryRows})
  npm run bench -- --profile DIR     services leave a .cpuprofile there, and the slowest statements are told
  npm run bench -- --quick           seconds each, to see that everything runs; no verdicts

${list.join('\n')}`;
}

/** Reads the arguments. Errors: throws a sentence for a name or an option that there is not. */
export function readCommandLine(args: string[]): Command {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      full: { type: 'boolean' },
      quick: { type: 'boolean' },
      json: { type: 'string' },
      compare: { type: 'string' },
      'data-dir': { type: 'string' },
      'growth-rows': { type: 'string' },
      rows: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}". See npm run bench -- --help.`);
  const growthRows = Number(values['growth-rows'] ?? defaultGrowthRows);
  if (!Number.isInteger(growthRows) || growthRows < 100_000) {
    throw new Error('--growth-rows is a whole number of at least 100000.');
  }
  const queryRows = Number(values.rows ?? defaultQueryRows);
  if (!Number.isInteger(queryRows) || queryRows < minQueryRows) {
    throw new Error(`--rows is a whole number of at least ${minQueryRows}.`);
  }
  return {
    names: positionals,
    isHelp: values.help === true,
    isFull: values.full === true,
    isQuick: values.quick === true,
    jsonFile: values.json,
    compareFile: values.compare,
    growthRows,
    queryRows,
    profileDir: values.profile === undefined ? undefined : resolve(values.profile),
    dataDir: resolve(values['data-dir'] ?? join(projectRoot, '.data')),
  };
}
