import { networkInterfaces } from 'node:os';
import type { Settings } from './config/settings';

/** What a person is told once the service listens. */
export interface Welcome {
  readonly settings: Settings;
  readonly port: number;
  /** The key of the first user, at the first start only. */
  readonly firstKey: string | null;
  /** Path of the file that holds a key which is good, or null. */
  readonly firstKeyFile: string | null;
}

/** An address of this machine that a phone in the same network can reach. */
function lanAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addresses.find((address) => address.family === 'IPv4' && !address.internal)?.address;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function withPort(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where the phone sends to. */
function phoneAddress({ settings, port }: Welcome): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl.replace(/\/$/, '');
  return withPort(isAnyAddress(settings.host) ? (lanAddress() ?? settings.host) : settings.host, port);
}

/** A few samples of the last minutes, so that the example is never rejected and never old. */
function examplePayload(now: Date): string {
  const date = `${now.toISOString().slice(0, 19).replace('T', ' ')} +0000`;
  const sample = { date, Min: 58, Avg: 61.5, Max: 66, source: 'Example Watch' };
  return JSON.stringify({ data: { metrics: [{ name: 'heart_rate', units: 'count/min', data: [sample] }] } });
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** What stands for the key in the header that is typed into the phone. */
function phoneKey({ firstKey, firstKeyFile }: Welcome): string {
  if (firstKey !== null) return '<the key above>';
  return firstKeyFile === null ? '<your key>' : `<the key in ${firstKeyFile}>`;
}

function hereAddress({ host }: Settings, port: number): string {
  return withPort(isAnyAddress(host) ? '127.0.0.1' : host, port);
}

/** The lines of a process that answers nobody but machines. */
export function workerLines(settings: Settings, port: number): string[] {
  const here = hereAddress(settings, port);
  return ['', `Listening on ${here} for /health, /ready and /metrics, and working`, '', 'Ctrl-C stops it.', ''];
}

/** The lines that say what to do next: the phone's settings and a `curl` line that works when pasted. */
export function welcomeLines(welcome: Welcome, now: Date): string[] {
  const { settings, port, firstKey, firstKeyFile } = welcome;
  const here = hereAddress(settings, port);
  const key = firstKeyFile === null ? (firstKey ?? 'YOUR_KEY') : `$(cat ${quoted(firstKeyFile)})`;
  const lines = ['', `Listening on ${here}`, ''];
  if (firstKey !== null) {
    lines.push(`First start: user "${settings.firstUserName}" was made. The key, shown this once:`, '');
    lines.push(`  ${firstKey}`, '', `It is also in ${firstKeyFile}, until it is revoked.`, '');
  } else if (firstKeyFile === null) {
    lines.push('No key is kept in a file here; one more is made with npm run cli -- keys add --user NAME', '');
  }
  lines.push('In Health Auto Export, add an automation "REST API" with format JSON and');
  lines.push(`  URL      ${phoneAddress(welcome)}/v1/ingest`, `  Header   Authorization: Bearer ${phoneKey(welcome)}`);
  if (isLoopback(settings.host) && settings.publicUrl === undefined) {
    lines.push('  (only this machine is let in: start with HOST=0.0.0.0 for a phone in the same network)');
  }
  lines.push('', 'Try it:', `  curl ${here}/v1/ingest -H "Authorization: Bearer ${key}" \\`);
  lines.push(`    -H "Content-Type: application/json" -d '${examplePayload(now)}'`);
  lines.push(`  curl ${here}/v1/metrics/heart_rate -H "Authorization: Bearer ${key}"`, '');
  lines.push(`Look:  ${here}/docs    the API`, `       ${here}/status  how the service keeps what it promises`);
  lines.push('', 'Ctrl-C stops it.', '');
  return lines;
}
