import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in the nearest package.json at or above this file, which is built into another depth than it has here. */
export function readVersion(directory: string = __dirname): string {
  const path = join(directory, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : readVersion(dirname(directory));
}
