import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseApiKey } from './api-key';

/** `first-key`, or with the key's id for every further database that was first started with this data directory. */
const namePattern = /^first-key(-[0-9A-Za-z]{12})?$/;

/** A file in the data directory that holds the first key of some database. */
export interface FirstKeyFile {
  readonly path: string;
  readonly keyId: string;
}

function withoutFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** The files in `dataDir` that hold a first key, `first-key` before all others; those without a whole key are left out. */
export async function findFirstKeyFiles(dataDir: string): Promise<FirstKeyFile[]> {
  const names = (await readdir(dataDir).catch(withoutFolder)).filter((name) => namePattern.test(name)).sort();
  const files: FirstKeyFile[] = [];
  for (const name of names) {
    const path = join(dataDir, name);
    const keyId = parseApiKey((await readFile(path, 'utf8')).trim())?.keyId;
    if (keyId !== undefined) files.push({ path, keyId });
  }
  return files;
}

/**
 * Keeps the first key in `dataDir/first-key`, or in `first-key-<keyId>` when that file holds the key of another
 * database, and returns the file's path. Only its owner can read it (mode 0600); the folder is made when it is missing.
 * A reader sees the whole key or no file, and the key is on the disk when the promise resolves.
 */
export async function writeFirstKey(dataDir: string, keyId: string, text: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const usualPath = join(dataDir, 'first-key');
  const isTaken = (await findFirstKeyFiles(dataDir)).some(({ path }) => path === usualPath);
  const path = isTaken ? `${usualPath}-${keyId}` : usualPath;
  const unfinishedPath = `${usualPath}-${keyId}.tmp`;
  const file = await open(unfinishedPath, 'wx', 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinishedPath, path);
  return path;
}

/** Removes the file in `dataDir` that holds the key with this id, if there is one. */
export async function removeFirstKey(dataDir: string, keyId: string): Promise<void> {
  for (const file of await findFirstKeyFiles(dataDir)) {
    if (file.keyId === keyId) await rm(file.path, { force: true });
  }
}
