import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, from wherever this file lies: as it is, or compiled in `dist`. */
export const projectRoot = ((): string => {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();
