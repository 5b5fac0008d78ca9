/** How a process ends that a signal interrupted, as shells have it: 128 and SIGINT. */
export const interruptedExitCode = 130;

/** The person at the terminal, or the system, asked to stop before the command was done. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('Interrupted.');
  }
}
