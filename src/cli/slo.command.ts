import type { Command } from 'commander';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { askServiceLevels } from './ask-service-levels';
import { describeServiceLevels, findBroken } from './print-service-levels';

interface SloOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: true;
}

const examples = `
Examples:
  npm run slo
  npm run slo -- --json
  npm run slo -- --url https://health.example.org --key hx_...

Without --url it asks the service on this machine, at HOST and PORT. A service on this machine answers without a key while
STATUS_ACCESS lets it; else --key names one with the scope admin, which the key of the first start does not have:
  npm run cli -- keys add --user NAME --scopes admin

Exit code 0: no promise was broken in the last five minutes. 1: one was, or the service could not be asked. 2: it was
asked for in a wrong way.`;

/** Where the service of these settings answers programs on this machine. Errors: throws Problem 400 for any free port. */
function addressOf({ host, port }: Settings): string {
  if (port === 0) throw new Problem(400, 'url_missing', 'PORT is 0: say with --url where the service is.');
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The address as it was given, without its path. Errors: throws Problem 400 for anything else. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Problem(400, 'url_invalid', '--url is an address that begins with http:// or https://.');
  }
  return url.origin;
}

/** Adds `slo`. */
export function addSloCommand(program: Command, loadSettings: () => Settings): void {
  program
    .command('slo')
    .description('show how a running service keeps its promises')
    .option('--url <address>', 'where it is; absent: on this machine, by HOST and PORT')
    .option('--key <key>', 'an API key with the scope admin')
    .option('--json', 'as JSON, for programs')
    .addHelpText('after', examples)
    .action(async ({ url, key, json }: SloOptions) => {
      const settings = loadSettings();
      const address = url === undefined ? addressOf(settings) : readUrl(url);
      const answer = await askServiceLevels(address, key);
      console.log(json ? JSON.stringify(answer, null, 2) : describeServiceLevels(address, answer));
      const broken = findBroken(answer);
      if (broken.length === 0) return;
      throw new Problem(503, 'promise_broken', `Broken: ${broken.map(({ title }) => title).join('; ')}`);
    });
}
