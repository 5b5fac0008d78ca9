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

/** Puts whatever a command failed with into one sentence, without a stack. Settings have one line for each fault. */
export function explainFault(error: unknown): ExplainedFault {
  if (error instanceof Problem) return { sentence: error.detail, exitCode: error.status === 400 ? 2 : 1 };
  if (error instanceof InvalidSettingsError) return { sentence: error.message, exitCode: 2 };
  if (error instanceof InterruptedError) return { sentence: error.message, exitCode: 130 };
  if (error instanceof DataDirInUseError || error instanceof EmbeddedStartError) {
    return { sentence: error.message, exitCode: 1 };
  }
  // An error of several attempts to connect has no message of its own.
  const { message, code } = error as { message?: string; code?: string };
  const reason = (message || code || String(error)).split('\n', 1)[0];
  if (isUnavailable(error)) return { sentence: `The database cannot be reached: ${reason}`, exitCode: 1 };
  return { sentence: `It failed: ${reason}`, exitCode: 1 };
}
