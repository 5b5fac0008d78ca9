import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseApiKey } from './api-key';

function pathOf(dataDir: string): string {
  return join(dataDir, 'first-key');
}

/**
 * Keeps the first key in `dataDir/first-key`, readable by its owner only (mode 0600); the folder is made when it is
 * missing. A reader sees the whole key or no file, and the key is on the disk when the promise resolves.
 */
export async function writeFirstKey(dataDir: string, text: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const unfinishedPath = `${pathOf(dataDir)}.${process.pid}.tmp`;
  await rm(unfinishedPath, { force: true });
  const file = await open(unfinishedPath, 'wx', 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinishedPath, pathOf(dataDir));
}

/** The id of the key in `dataDir/first-key`; null without such a file or when it holds no key. */
export async function readFirstKeyId(dataDir: string): Promise<string | null> {
  try {
    return parseApiKey((await readFile(pathOf(dataDir), 'utf8')).trim())?.keyId ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes `dataDir/first-key` when the key in it has this id. */
export async function removeFirstKey(dataDir: string, keyId: string): Promise<void> {
  if ((await readFirstKeyId(dataDir)) === keyId) await rm(pathOf(dataDir), { force: true });
}

/** The path of the file that holds the first key, or null when there is none. */
export async function existingFirstKeyFile(dataDir: string): Promise<string | null> {
  return (await readFirstKeyId(dataDir)) === null ? null : pathOf(dataDir);
}
