/** Routes that machines poll every few seconds: a line of the log each would bury the others. */
export const probePaths: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);
