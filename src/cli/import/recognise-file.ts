import { open } from 'node:fs/promises';
import { Problem } from '../../common/problem';

/** Enough to see what a file is. */
const lookedAtBytes = 512;

/** What the usual codes of a file that cannot be read say to a person. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is none of this name',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not allow it',
};

/**
 * The content type of a file, by how it begins: an archive, an XML document, or JSON.
 *
 * Errors: rejects with a 400 problem for any other, and for one that cannot be read.
 */
export async function recogniseFile(path: string): Promise<string> {
  const refuse = (error: NodeJS.ErrnoException): never => {
    const code = error.code ?? 'unknown fault';
    throw new Problem(400, 'file_unreadable', `The file cannot be read: ${reasons[code] ?? code}.`);
  };
  const file = await open(path).catch(refuse);
  try {
    // A folder can be opened, and says what it is when it is read.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAtBytes), 0, lookedAtBytes, 0).catch(refuse);
    const start = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\ufeff/, '')
      .trimStart();
    if (start.startsWith('PK')) return 'application/zip';
    if (start.startsWith('<')) return 'application/xml';
    if (start.startsWith('{')) return 'application/json';
  } finally {
    await file.close();
  }
  throw new Problem(400, 'not_an_export', 'The file is no archive, no XML and no JSON.');
}
