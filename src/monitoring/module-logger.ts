import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/**
 * What the modules' loggers write to. A module gives a text, or an object of fields (`{ err }`) and a text; Nest adds
 * the module's name.
 */
export class ModuleLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof message !== 'object' || message === null) {
      this.pino[level]({ context }, String(message));
      return;
    }
    const fields = message instanceof Error ? { err: message } : message;
    const [text] = rest.slice(0, -1);
    if (typeof text === 'string') this.pino[level]({ context, ...fields }, text);
    else this.pino[level]({ context, ...fields });
  }
}
