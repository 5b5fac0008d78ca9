import { readFile, stat } from 'node:fs/promises';

/** The user that a server process becomes. */
export interface ServiceAccount {
  uid: number;
  gid: number;
}

/** User and group `nobody` where /etc/passwd does not say otherwise (Debian, Fedora and Alpine agree on it). */
const NOBODY_ID = 65_534;

/**
 * The account under which our servers run: undefined (the present user) unless that is root, because PostgreSQL
 * refuses to run as root. Root's servers run as the owner of `directory` if that exists and is not root's, so that a
 * directory made by an ordinary user stays usable by that user; else as `nobody`.
 */
export async function chooseServiceAccount(directory: string): Promise<ServiceAccount | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const owner = await stat(directory).catch(() => undefined);
  if (owner && owner.uid !== 0) {
    return { uid: owner.uid, gid: owner.gid };
  }
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid, gid] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(passwd) ?? [];
  // macOS writes -2; the system calls take the same bits as an unsigned number.
  return { uid: toUnsigned(uid), gid: toUnsigned(gid) };
}

function toUnsigned(text: string | undefined): number {
  return text === undefined ? NOBODY_ID : Number(text) >>> 0;
}
