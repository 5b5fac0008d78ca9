import { connectionSettings } from './connection-settings';
import { choiceSetting, integerSetting, type Setting, secretSetting, textSetting, urlSetting } from './define-setting';
import { exportSettings } from './export-settings';
import { measuringSettings } from './measuring-settings';
import { optimizerSettings } from './optimizer-settings';
import { overloadSettings } from './overload-settings';
import { statusSettings } from './status-settings';
import { workSettings } from './work-settings';

/**
 * Every setting of the service, once, in the order in which they are documented. `.env.example` and the table in
 * README.md are generated from it.
 *
 * Shape: the key is the name in code, `name` the environment variable; a unit test holds them together.
 */
export const settings = {
  host: textSetting('HOST', '127.0.0.1', {
    maxLength: 255,
    description: 'Address to listen on. `0.0.0.0` lets a phone in the same network in.',
  }),
  port: integerSetting('PORT', 3000, { min: 0, max: 65_535, description: 'Port to listen on; 0 takes a free one.' }),
  publicUrl: urlSetting('PUBLIC_URL', {
    schemes: ['http', 'https'],
    secret: false,
    description: 'Address that the phone uses, as it is printed at start. Absent: made from HOST and PORT.',
  }),
  dataDir: textSetting('DATA_DIR', '.data', {
    maxLength: 1024,
    description: 'Folder for the PostgreSQL and Redis that the service brings itself, and for `first-key`.',
  }),
  firstUserName: textSetting('FIRST_USER_NAME', 'me', {
    maxLength: 100,
    description: 'Name of the user that the first start creates.',
  }),
  ...connectionSettings,
  keyPepper: secretSetting('KEY_PEPPER', {
    minLength: 32,
    description:
      'Secret that the digests of API keys are made with. Changing it makes every key invalid. Absent: a constant.',
  }),
  logLevel: choiceSetting('LOG_LEVEL', 'info', {
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    description: 'The least important lines that are logged.',
  }),
  logFormat: choiceSetting('LOG_FORMAT', 'auto', {
    choices: ['auto', 'json', 'pretty'],
    description: 'How lines are written; `auto` is pretty in a terminal and JSON elsewhere.',
  }),
  maxBodyBytes: integerSetting('MAX_BODY_BYTES', 268_435_456, {
    min: 1024,
    max: 4_294_967_296,
    unit: 'bytes',
    description: 'Largest body of an ingestion, after inflating it.',
  }),
  maxImportBytes: integerSetting('MAX_IMPORT_BYTES', 8_589_934_592, {
    min: 1_048_576,
    max: 1_099_511_627_776,
    unit: 'bytes',
    description: 'Largest history that is imported: as it is sent, and the document inside of an archive, inflated.',
  }),
  maxCompressedBodyBytes: integerSetting('MAX_COMPRESSED_BODY_BYTES', 134_217_728, {
    min: 1024,
    max: 4_294_967_296,
    unit: 'bytes',
    description: 'Largest body of an ingestion as it was sent, when it was sent compressed.',
  }),
  inlineBodyBytes: integerSetting('INLINE_BODY_BYTES', 4_194_304, {
    min: 0,
    max: 268_435_456,
    unit: 'bytes',
    description:
      'Largest body that is stored before its reply, inflated; a larger one is answered 202 and stored after.',
  }),
  maxHeldBodyBytes: integerSetting('MAX_HELD_BODY_BYTES', 536_870_912, {
    min: 1024,
    max: 68_719_476_736,
    unit: 'bytes',
    description: 'Most bytes of bodies in memory at once, inflated; a further body is answered 503.',
  }),
  maxJsonDepth: integerSetting('MAX_JSON_DEPTH', 32, {
    min: 8,
    max: 256,
    unit: 'levels',
    description: 'Deepest nesting that a body may have.',
  }),
  maxKeysPerObject: integerSetting('MAX_KEYS_PER_OBJECT', 1000, {
    min: 64,
    max: 100_000,
    unit: 'keys',
    description: 'Most keys that one object of a body may have.',
  }),
  futureToleranceHours: integerSetting('FUTURE_TOLERANCE_HOURS', 48, {
    min: 0,
    max: 720,
    unit: 'hours',
    description: 'How far ahead of now a sample may be dated; a later one is rejected.',
  }),
  chunkRows: integerSetting('CHUNK_ROWS', 8000, {
    min: 100,
    max: 100_000,
    unit: 'rows',
    description: 'Most rows that one statement writes at first; found while running between the two below.',
  }),
  chunkRowsMin: integerSetting('CHUNK_ROWS_MIN', 2000, {
    min: 100,
    max: 100_000,
    unit: 'rows',
    description: 'The least that CHUNK_ROWS becomes.',
  }),
  chunkRowsMax: integerSetting('CHUNK_ROWS_MAX', 32_000, {
    min: 100,
    max: 100_000,
    unit: 'rows',
    description: 'The most that CHUNK_ROWS becomes.',
  }),
  writeConcurrency: integerSetting('WRITE_CONCURRENCY', 3, {
    min: 1,
    max: 100,
    unit: 'transactions',
    description: 'Most transactions that write payloads at once; what comes in meanwhile shares the next one.',
  }),
  groupMaxIngestions: integerSetting('GROUP_MAX_INGESTIONS', 128, {
    min: 1,
    max: 1000,
    unit: 'payloads',
    description: 'Most payloads of different users that share a transaction; 1 gives each its own.',
  }),
  ...workSettings,
  ...overloadSettings,
  partitionMonthsAhead: integerSetting('PARTITION_MONTHS_AHEAD', 4, {
    min: 2,
    max: 120,
    unit: 'months',
    description: 'How far ahead partitions are made. At least 2, so that the tolerance above always has one.',
  }),
  partitionDetailedYears: integerSetting('PARTITION_DETAILED_YEARS', 2, {
    min: 0,
    max: 50,
    unit: 'years',
    description: 'How far before the first start partitions are monthly; older ones are yearly.',
  }),
  poolMax: integerSetting('POOL_MAX', 20, {
    min: 2,
    max: 1000,
    unit: 'connections',
    description: 'Most connections to PostgreSQL.',
  }),
  poolMin: integerSetting('POOL_MIN', 5, {
    min: 0,
    max: 1000,
    unit: 'connections',
    description: 'Connections that are opened at start and kept open.',
  }),
  poolConnectTimeoutMs: integerSetting('POOL_CONNECT_TIMEOUT_MS', 10_000, {
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Longest wait for a connection.',
  }),
  poolIdleTimeoutMs: integerSetting('POOL_IDLE_TIMEOUT_MS', 300_000, {
    min: 1000,
    max: 86_400_000,
    unit: 'ms',
    description: 'Time after which an unused connection above POOL_MIN is closed.',
  }),
  poolLifetimeS: integerSetting('POOL_LIFETIME_S', 3600, {
    min: 10,
    max: 86_400,
    unit: 's',
    description: 'Time after which a connection is replaced.',
  }),
  statementTimeoutMs: integerSetting('STATEMENT_TIMEOUT_MS', 10_000, {
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest time for one statement.',
  }),
  lockTimeoutMs: integerSetting('LOCK_TIMEOUT_MS', 5000, {
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest wait for a lock, within the time for the statement.',
  }),
  idleInTransactionTimeoutMs: integerSetting('IDLE_IN_TRANSACTION_TIMEOUT_MS', 10_000, {
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest pause inside a transaction.',
  }),
  ...optimizerSettings,
  ...measuringSettings,
  ...statusSettings,
  ...exportSettings,
  headersTimeoutMs: integerSetting('HEADERS_TIMEOUT_MS', 10_000, {
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Longest time for the headers of a request to arrive.',
  }),
  requestTimeoutMs: integerSetting('REQUEST_TIMEOUT_MS', 300_000, {
    min: 1000,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest time for a whole request to arrive.',
  }),
  bodyProgressBytes: integerSetting('BODY_PROGRESS_BYTES', 5000, {
    min: 1,
    max: 1_000_000_000,
    unit: 'bytes',
    description: 'Least that a body must come on by in each BODY_PROGRESS_MS; a slower one is answered 408.',
  }),
  bodyProgressMs: integerSetting('BODY_PROGRESS_MS', 10_000, {
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Time in which a body must come on by BODY_PROGRESS_BYTES.',
  }),
  keepAliveTimeoutMs: integerSetting('KEEP_ALIVE_TIMEOUT_MS', 65_000, {
    min: 1000,
    max: 3_600_000,
    unit: 'ms',
    description: 'Time that an unused connection is kept; longer than the 60 s of common load balancers.',
  }),
  drainDelayMs: integerSetting('DRAIN_DELAY_MS', 0, {
    min: 0,
    max: 600_000,
    unit: 'ms',
    description: 'Time after SIGTERM in which `/ready` fails and requests are still taken.',
  }),
  shutdownTimeoutMs: integerSetting('SHUTDOWN_TIMEOUT_MS', 20_000, {
    min: 1000,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest time from SIGTERM to the end, DRAIN_DELAY_MS included.',
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The values of all settings, checked: defaults filled in, optional ones `undefined` when absent. */
export type Settings = {
  readonly [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer Value> ? Value : never;
};
