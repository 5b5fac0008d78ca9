import { Problem } from '../common/problem';
import { InvalidSettingsError } from '../config/invalid-settings.error';
import { appRole } from '../database/data-source';
import { isUnavailable } from '../database/sqlstate';
import { DataDirInUseError } from '../embedded/data-dir-lock';
import { EmbeddedStartError } from '../embedded/embedded-start-error';
import { InterruptedError, interruptedExitCode } from './interrupted.error';

/** What a person is told, and the exit code: 1 could not be done, 2 asked for in a wrong way, 130 interrupted. */
export interface ExplainedFault {
  readonly sentence: string;
  readonly exitCode: number;
}

/** Why a folder or file cannot be used, by Node's code; the data directory is the only one that is written to. */
const fileCodes: ReadonlySet<string> = new Set(['ENOTDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT']);

/**
 * What is lacking where the role that the service works as is made or given, by the routine of PostgreSQL that says so:
 * messages come in the language of the server, and differ between 15 and 16.
 */
const roleAdvice: ReadonlyMap<string, string> = new Map([
  [
    'CreateRole',
    `The database user may not create roles, which is needed once; let an administrator of the database run ALTER ROLE <user> CREATEROLE, or CREATE ROLE ${appRole} and GRANT ${appRole} TO <user> WITH ADMIN OPTION`,
  ],
  ...['check_role_membership_authorization', 'AddRoleMems', 'check_role_grantor'].map(
    (routine) =>
      [
        routine,
        `The role ${appRole} is there and belongs to somebody else; let an administrator of the database run GRANT ${appRole} TO <user> WITH ADMIN OPTION`,
      ] as const,
  ),
]);

interface CodedFault {
  readonly message?: string;
  readonly code?: string;
  readonly routine?: string;
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
  const { code = '', routine = '' } = ((error as { driverError?: unknown }).driverError ?? error) as CodedFault;
  const reason = reasonOf(error);
  // node-postgres gives a missing password no code.
  if (code.startsWith('28') || reason.startsWith('SASL:')) {
    return `The database does not let us in; check user and password in DATABASE_URL: ${reason}`;
  }
  if (code === '3D000') return `The database is not there; create it or correct DATABASE_URL: ${reason}`;
  if (code === '42501') {
    const advice = roleAdvice.get(routine);
    if (advice !== undefined) return `${advice}: ${reason}`;
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
  if (error instanceof InterruptedError) return { sentence: error.message, exitCode: interruptedExitCode };
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
