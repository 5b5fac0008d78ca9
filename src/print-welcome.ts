import { networkInterfaces } from 'node:os';
import type { Settings } from './config/settings';

/** What a person is told once the service listens. */
export interface Welcome {
  readonly settings: Settings;
  readonly port: number;
  /** The key of the first user, at the first start only. */
  readonly firstKey: string | null;
  /** Path of the file that still holds the first key, or null. */
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

function withPort(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where the phone sends to. */
function phoneAddress({ settings, port }: Welcome): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl.replace(/\/$/, '');
  const isAnyAddress = settings.host === '0.0.0.0' || settings.host === '::';
  return withPort(isAnyAddress ? (lanAddress() ?? settings.host) : settings.host, port);
}

/** A few samples of the last minutes, so that the example is never rejected and never old. */
function examplePayload(now: Date): string {
  const date = `${now.toISOString().slice(0, 19).replace('T', ' ')} +0000`;
  const sample = { date, Min: 58, Avg: 61.5, Max: 66, source: 'Example Watch' };
  return JSON.stringify({ data: { metrics: [{ name: 'heart_rate', units: 'count/min', data: [sample] }] } });
}

/** The lines that say what to do next: the phone's settings and a `curl` line that works when pasted. */
export function welcomeLines(welcome: Welcome, now: Date): string[] {
  const { settings, port, firstKey, firstKeyFile } = welcome;
  const here = withPort(isLoopback(settings.host) ? settings.host : '127.0.0.1', port);
  const key = firstKey ?? (firstKeyFile === null ? 'YOUR_KEY' : `$(cat ${firstKeyFile})`);
  const lines = ['', `Listening on ${here}`, ''];
  if (firstKey !== null) {
    lines.push(`First start: user "${settings.firstUserName}" was made. The key, shown this once:`, '');
    lines.push(`  ${firstKey}`, '', `It is also in ${firstKeyFile}, until it is revoked.`, '');
  }
  lines.push('In Health Auto Export, add an automation "REST API" with format JSON and');
  lines.push(
    `  URL      ${phoneAddress(welcome)}/v1/ingest`,
    `  Header   Authorization: Bearer ${firstKey ?? '<key>'}`,
  );
  if (isLoopback(settings.host) && settings.publicUrl === undefined) {
    lines.push('  (only this machine is let in: start with HOST=0.0.0.0 for a phone in the same network)');
  }
  lines.push('', 'Try it:', `  curl ${here}/v1/ingest -H "Authorization: Bearer ${key}" \\`);
  lines.push(`    -H "Content-Type: application/json" -d '${examplePayload(now)}'`);
  lines.push(`  curl ${here}/v1/metrics/heart_rate -H "Authorization: Bearer ${key}"`, '', 'Ctrl-C stops it.', '');
  return lines;
}
