import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The first program of this name in the absolute directories of `searchPath`; undefined when there is none. */
export async function findOnPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(delimiter).filter(isAbsolute)) {
    const command = join(directory, name);
    if (await canExecute(command)) {
      return command;
    }
  }
  return undefined;
}

/** Whether this account may run what is there. */
export function canExecute(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
