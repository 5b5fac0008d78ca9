import { Problem } from '../common/problem';
import { InvalidSettingsError } from '../config/invalid-settings.error';
import { isUnavailable } from '../database/sqlstate';
import { DataDirInUseError } from '../embedded/data-dir-lock';
import { EmbeddedStartError } from '../embedded/embedded-start-error';
import { InterruptedError } from './interrupted.error';

/** What a person is told, and the exit code: 1 could not be done, 2 asked for in a wrong way, 130 interrupted. */
export interface ExplainedFault {
  readonly sentence: string;
  readonly exitCode: number;
}

/** Why a folder or file cannot be used, by Node's code; the data directory is the only one that is written to. */
const fileCodes: ReadonlySet<string> = new Set(['ENOTDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT']);

interface CodedFault {
  readonly message?: string;
  readonly code?: string;
  readonly path?: unknown;
  readonly syscall?: string;
}

function reasonOf(error: unknown): string {
  // An error of several attempts to connect has no message of its own.
  const { message, code } = error as CodedFault;
  return (message || code || String(error)).split('\n', 1)[0] as string;
}

/** SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explainDatabaseFault(error: unknown): string | null {
  const { code = '' } = ((error as { driverError?: unknown }).driverError ?? error) as CodedFault;
  const reason = reasonOf(error);
  // node-postgres gives a missing password no code.
  if (code.startsWith('28') || reason.startsWith('SASL:')) {
    return `The database does not let us in; check user and password in DATABASE_URL: ${reason}`;
  }
  if (code === '3D000') return `The database is not there; create it or correct DATABASE_URL: ${reason}`;
  if (code === '42501') {
    return `The database user lacks a right; name one that owns the schema in DATABASE_OWNER_URL: ${reason}`;
  }
  return isUnavailable(error) ? `The database cannot be reached; check DATABASE_URL: ${reason}` : null;
}

function isFileFault({ code, path, syscall }: CodedFault): boolean {
  return typeof path === 'string' && fileCodes.has(code ?? '') && !syscall?.startsWith('spawn');
}

/**
 * Puts what a person can act on into one sentence that names the setting; null for any other fault. Settings have one
 * line for each fault.
 */
export function explainKnownFault(error: unknown): ExplainedFault | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof Problem) return { sentence: error.detail, exitCode: error.status === 400 ? 2 : 1 };
  if (error instanceof InvalidSettingsError) return { sentence: error.message, exitCode: 2 };
  if (error instanceof InterruptedError) return { sentence: error.message, exitCode: 130 };
  if (error instanceof DataDirInUseError || error instanceof EmbeddedStartError) {
    return { sentence: error.message, exitCode: 1 };
  }
  if (isFileFault(error)) {
    return { sentence: `The folder at DATA_DIR cannot be used: ${reasonOf(error)}`, exitCode: 1 };
  }
  const sentence = explainDatabaseFault(error);
  return sentence === null ? null : { sentence, exitCode: 1 };
}

/** Puts whatever a command failed with into one sentence, without a stack. */
export function explainFault(error: unknown): ExplainedFault {
  return explainKnownFault(error) ?? { sentence: `It failed: ${reasonOf(error)}`, exitCode: 1 };
}
