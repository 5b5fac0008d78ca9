import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

// Writes what is made from the settings: `.env.example` and the table in README.md. With `--check` it only compares.

const start = '<!-- settings:start -->';
const end = '<!-- settings:end -->';

ensureBuild();
const { settings } = createRequire(import.meta.url)('../dist/src/config/settings.js');
const all = Object.values(settings);

const envExample = [
  '# Every setting with its default. Copy to `.env` and change what you need.',
  '# A secret can also be given as a file: <NAME>_FILE=/path/to/it',
  ...all.flatMap(({ name, defaultValue, unit, description }) => [
    '',
    `# ${description.replaceAll('`', '')}${unit ? ` (${unit})` : ''}`,
    `# ${name}=${defaultValue ?? ''}`,
  ]),
  '',
].join('\n');

const table = [
  start,
  '| setting | default | meaning |',
  '|---|---|---|',
  ...all.map(({ name, defaultValue, unit, secret, description }) => {
    const value = defaultValue === undefined ? 'none' : `\`${defaultValue}\`${unit ? ` ${unit}` : ''}`;
    const names = `\`${name}\`${secret ? ` or \`${name}_FILE\`` : ''}`;
    return `| ${names} | ${value} | ${description.replaceAll('|', '\\|')} |`;
  }),
  end,
].join('\n');

const documents = [
  { path: '.env.example', write: () => envExample },
  { path: 'README.md', write: (text) => replaceBetweenMarkers(text) },
];

function replaceBetweenMarkers(text) {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    console.error(`README.md has no ${start} … ${end}.`);
    process.exit(1);
  }
  return text.slice(0, from) + table + text.slice(to + end.length);
}

function read(path) {
  try {
    return readFileSync(join(projectRoot, path), 'utf8');
  } catch {
    return '';
  }
}

const stale = documents.filter(({ path, write }) => {
  const text = read(path);
  return write(text) !== text;
});
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    console.error(`Out of date: ${stale.map(({ path }) => path).join(', ')}. Run \`npm run docs:generate\`.`);
    process.exit(1);
  }
} else {
  for (const { path, write } of stale) {
    writeFileSync(join(projectRoot, path), write(read(path)));
    console.log(`Wrote ${path}.`);
  }
}
