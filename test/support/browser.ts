import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const program = '/usr/bin/chromium';

/** It must not talk to anybody but the page's server, and it is started as root where the tests are. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Long enough for the download of Debian's package, which happens once on a machine; for a hook of a test. */
export const browserTimeoutMs = 400_000;

function apt(...args: readonly string[]): boolean {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', '-y', ...args], { env, stdio: 'ignore', timeout: 180_000 }).status === 0;
}

/** Debian's package has eighty others below it, too many to be unpacked beside the system as it is done with Redis. */
function installChromium(): void {
  if (process.getuid?.() === 0) {
    apt('update');
    apt('install', '--no-install-recommends', 'chromium');
  }
  if (existsSync(program)) return;
  throw new Error(
    `the tests of pages need Chromium at ${program}: install the package "chromium" (apt-get install chromium)`,
  );
}

/** Starts Chromium, without a window and with a new, empty profile; installs it first where it is missing and root may. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(program)) installChromium();
  return await chromium.launch({ executablePath: program, headless: true, args: flags });
}
