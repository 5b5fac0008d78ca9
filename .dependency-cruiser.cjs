const { join } = require('node:path');

/**
 * Which folder of src/ may import which others; every folder is here, and imports only ever run downwards.
 * What lies directly in src/ (main, cli, app.module) puts the application together and may import any of them.
 */
const pure = ['config', 'common'];
const ground = ['database', 'monitoring', 'catalogue', ...pure];
const tools = ['identity', 'batch', 'cache', ...ground];
const layers = {
  ingest: ['overload', ...tools],
  query: tools,
  optimizer: tools,
  overload: ['identity', 'cache', ...ground],
  'service-levels': tools,
  openapi: tools,
  identity: ground,
  batch: ground,
  cache: ground,
  database: ['monitoring', 'catalogue', ...pure],
  monitoring: pure,
  catalogue: [],
  common: ['config'],
  config: [],
  embedded: pure,
};
const folders = Object.keys(layers);

const layerRules = Object.entries(layers).map(([folder, below]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${below.join(', ') || 'nothing else'} of src.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...below].join('|')})/` },
}));

const otherRules = [
  {
    name: 'no-cycles',
    comment: 'Files that import each other can only be understood, tested and loaded together.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-barrels',
    comment: 'Import the file that has the thing; an index.ts ties its whole folder together.',
    from: {},
    to: { path: '(^|/)index\\.ts$', pathNot: 'node_modules' },
  },
  {
    name: 'known-folder',
    comment: 'A new folder of src/ must be given its place in the layers above.',
    from: { path: '^src/[^/]+/', pathNot: `^src/(cli|${folders.join('|')})/` },
    to: {},
  },
  {
    name: 'pure-catalogue',
    comment: 'The catalogue is data: it uses Node and itself, no package.',
    from: { path: '^src/catalogue/' },
    to: { pathNot: '^src/', dependencyTypesNot: ['core'] },
  },
  {
    name: 'pure-parsing',
    comment: 'Parsing and normalising know no framework.',
    from: { path: '^src/ingest/(parse|normalise)' },
    to: { path: 'node_modules/(@nestjs|typeorm|fastify|@fastify)/' },
  },
  {
    name: 'embedded-is-private',
    comment: 'Only what starts the service knows that it can bring its own PostgreSQL and Redis.',
    from: { path: '^(src|migrations)/', pathNot: '^src/(run-service|cli)\\.ts$|^src/(cli[^/]*|embedded)/' },
    to: { path: '^src/embedded/' },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'A migration must do the same for ever, whatever src/ becomes.',
    from: { path: '^migrations/' },
    to: { path: '^src/' },
  },
  {
    name: 'migrations-from-database-only',
    comment: 'Only the data source knows the migrations.',
    from: { path: '^src/', pathNot: '^src/database/' },
    to: { path: '^migrations/' },
  },
  {
    name: 'no-tests-in-product',
    comment: 'What runs in production does not depend on tests.',
    from: { path: '^(src|migrations)/' },
    to: { path: '^test/' },
  },
  {
    name: 'no-development-packages-in-product',
    comment: 'They are missing in production.',
    from: { path: '^(src|migrations)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'declared-packages',
    comment: 'A package that only comes with another one can vanish with it.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'resolvable',
    comment: 'There is nothing at the place that this import names.',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...layerRules, ...otherRules.map((rule) => ({ severity: 'error', ...rule }))],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/fixtures/' },
    tsConfig: { fileName: join(__dirname, 'tsconfig.json') },
    // Imports of types count too: they tie files together just as well.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
