/** The directories that programs are looked for in, as the environment has them; empty when it has none. */
export function readProgramPath(env: NodeJS.ProcessEnv = process.env): string {
  return env['PATH'] ?? '';
}
