import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the project: its path from the project's folder, with `/`, and its content. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The project's folder. */
export const projectRoot = join(__dirname, '../..');

/** Reads all files below some folders that end in one of the given ways; fixtures are not the project's code. */
export function readProjectFiles(folders: readonly string[], endings: readonly string[]): ProjectFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => !path.startsWith('test/fixtures/') && endings.some((ending) => path.endsWith(ending)))
      .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') })),
  );
}
