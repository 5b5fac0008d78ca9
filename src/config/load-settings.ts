import { readFileSync } from 'node:fs';
import type { Setting } from './define-setting';
import { findUnknownNames } from './find-unknown-names';
import { InvalidSettingsError } from './invalid-settings.error';
import { type Settings, settings } from './settings';

/** Longest part of a wrong value that a sentence repeats. */
const maxQuotedCharacters = 60;

/** What must hold between settings that are each right on their own. */
interface Agreement {
  readonly between: readonly (keyof Settings)[];
  readonly holds: (values: Settings) => boolean;
  readonly sentence: string;
}

const agreements: readonly Agreement[] = [
  {
    between: ['poolMin', 'poolMax'],
    holds: (values) => values.poolMin <= values.poolMax,
    sentence: 'POOL_MIN must not be above POOL_MAX.',
  },
  {
    between: ['lockTimeoutMs', 'statementTimeoutMs'],
    holds: (values) => values.lockTimeoutMs <= values.statementTimeoutMs,
    sentence: 'LOCK_TIMEOUT_MS must not be above STATEMENT_TIMEOUT_MS.',
  },
  {
    // Node refuses to make such a server.
    between: ['headersTimeoutMs', 'requestTimeoutMs'],
    holds: (values) => values.headersTimeoutMs <= values.requestTimeoutMs,
    sentence: 'HEADERS_TIMEOUT_MS must not be above REQUEST_TIMEOUT_MS.',
  },
  {
    between: ['drainDelayMs', 'shutdownTimeoutMs'],
    holds: (values) => values.drainDelayMs < values.shutdownTimeoutMs,
    sentence: 'DRAIN_DELAY_MS must be below SHUTDOWN_TIMEOUT_MS.',
  },
  {
    between: ['databaseUrl', 'databaseOwnerUrl'],
    holds: (values) => values.databaseUrl !== undefined || values.databaseOwnerUrl === undefined,
    sentence: 'DATABASE_OWNER_URL needs DATABASE_URL beside it.',
  },
  {
    between: ['role', 'databaseUrl'],
    holds: (values) => values.role === 'all' || values.databaseUrl !== undefined,
    sentence: 'ROLE=api and ROLE=worker need DATABASE_URL: processes that share the work share a database.',
  },
];

/**
 * Reads and checks every setting. An absent or empty variable means the default. This is the only reader of
 * `process.env`.
 *
 * Errors: throws one InvalidSettingsError with all faults: wrong values, unreadable `_FILE`s, settings that contradict
 * each other, unknown `HEALTH_EXPORT_…` names. Never repeats the value of a secret.
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const faults = findUnknownNames(env);
  const values: Record<string, unknown> = {};
  const faulty = new Set<string>();
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    try {
      values[key] = readValue(setting, env);
    } catch (error) {
      if (!(error instanceof InvalidSettingsError)) {
        throw error;
      }
      faulty.add(key);
      faults.push(...error.faults);
    }
  }
  const loaded = values as Settings;
  const broken = agreements.filter(({ between, holds }) => !between.some((key) => faulty.has(key)) && !holds(loaded));
  faults.push(...broken.map(({ sentence }) => sentence));
  if (faults.length > 0) {
    throw new InvalidSettingsError(faults);
  }
  return Object.freeze({ ...loaded, databaseOwnerUrl: loaded.databaseOwnerUrl ?? loaded.databaseUrl });
}

function readValue(setting: Setting<unknown>, env: NodeJS.ProcessEnv): unknown {
  const text = readText(setting, env);
  if (text === undefined) {
    return setting.defaultValue;
  }
  const parsed = setting.schema.safeParse(text);
  if (!parsed.success) {
    const found = setting.secret ? '' : `, not ${quote(text)}`;
    throw new InvalidSettingsError([`${setting.name} must be ${setting.expects}${found}.`]);
  }
  return parsed.data;
}

/** The text of one setting, from the variable or, for a secret, from the file that `<NAME>_FILE` names. */
function readText(setting: Setting<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  const text = env[setting.name]?.trim() || undefined;
  const fileName = `${setting.name}_FILE`;
  const path = setting.secret ? env[fileName]?.trim() : undefined;
  if (!path) {
    return text;
  }
  if (text !== undefined) {
    throw new InvalidSettingsError([`${setting.name} and ${fileName} are both set; remove one.`]);
  }
  const content = readSecretFile(fileName, path);
  if (content === '') {
    throw new InvalidSettingsError([`${fileName} names an empty file, ${quote(path)}.`]);
  }
  return content;
}

function readSecretFile(fileName: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new InvalidSettingsError([`${fileName} names a file that cannot be read, ${quote(path)} (${code}).`], {
      cause: error,
    });
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > maxQuotedCharacters ? `${text.slice(0, maxQuotedCharacters)}…` : text);
}
