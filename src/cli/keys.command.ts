import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../config/settings';
import { parseApiKey } from '../identity/api-key';
import type { ListedKey } from '../identity/key.service';
import { everydayScopes, type Scope, scopes } from '../identity/scope';
import { formatTable } from './format-table';
import { parseExpiry } from './parse-expiry';
import { parseScopes } from './parse-scopes';
import { type Services, withServices } from './with-services';

interface AddOptions {
  readonly user: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires?: Date;
}

/** Turns what a parser returns null for into commander's own complaint. */
function orComplain<T>(parse: (text: string) => T | null, complaint: string): (text: string) => T {
  return (text) => {
    const value = parse(text);
    if (value === null) throw new InvalidArgumentError(complaint);
    return value;
  };
}

async function addKey({ users, keys }: Services, { user, name, scopes, expires }: AddOptions): Promise<string> {
  const { id } = await users.findByName(user);
  const issued = await keys.add({ userId: id, name, scopes, expiresAt: expires ?? null, actor: 'cli' });
  return issued.text;
}

function stateOf({ revokedAt, expiresAt }: ListedKey, nowMs: number): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= nowMs ? 'expired' : 'valid';
}

function describeKey(key: ListedKey) {
  const { keyId, userName, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  const state = stateOf(key, Date.now());
  return { keyId, user: userName, name, state, scopes, createdAt, expiresAt, revokedAt, lastUsedAt };
}

function addAddCommand(keys: Command, loadSettings: () => Settings): void {
  const oneOf = `some of ${scopes.join(',')}`;
  keys
    .command('add')
    .description('make a key for a user and print it; it is shown this once')
    .requiredOption('--user <name>', 'whose key it is')
    .option('--name <text>', 'what it is for, for the list', 'key')
    .addOption(
      new Option('--scopes <list>', `what it may do: ${oneOf}`)
        .default(everydayScopes, everydayScopes.join(','))
        .argParser(orComplain(parseScopes, `It must be ${oneOf}, with commas between.`)),
    )
    .addOption(
      new Option(
        '--expires <when>',
        'days from now (90d), a date (its 00:00 UTC) or an instant; absent: never',
      ).argParser(
        orComplain(
          (text) => parseExpiry(text, Date.now()),
          'It must be like 90d, 2030-12-31 or 2030-12-31T12:00:00Z, and not over.',
        ),
      ),
    )
    .addHelpText('after', '\nExample:\n  npm run cli -- keys add --user anna --scopes ingest:write --expires 90d')
    .action(async (options: AddOptions) => {
      console.log(await withServices(loadSettings(), (services) => addKey(services, options)));
      console.error('Keep it now: only a digest of it is stored.');
    });
}

function addListCommand(keys: Command, loadSettings: () => Settings): void {
  keys
    .command('list')
    .description('list keys, oldest first, without what they open')
    .option('--user <name>', 'only those of this user')
    .option('--json', 'as JSON, for programs')
    .action(async ({ user, json }: { user?: string; json?: true }) => {
      const list = await withServices(loadSettings(), async (services) => {
        const owner = user === undefined ? undefined : await services.users.findByName(user);
        return services.keys.list(owner?.id);
      });
      const rows = list.map(describeKey);
      if (json) return console.log(JSON.stringify(rows, null, 2));
      const head = ['KEY ID', 'USER', 'NAME', 'STATE', 'SCOPES', 'ADDED', 'EXPIRES', 'REVOKED', 'LAST USED'];
      console.log(formatTable(head, rows.map(Object.values)));
    });
}

/** Adds `keys add`, `keys list` and `keys revoke`. */
export function addKeysCommands(program: Command, loadSettings: () => Settings): void {
  const keys = program.command('keys').description('what phones and scripts show to be let in');
  addAddCommand(keys, loadSettings);
  addListCommand(keys, loadSettings);
  keys
    .command('revoke')
    .description('end a key for good; running services refuse it within two seconds')
    .argument('<keyId>', 'the KEY ID of the list: the 12 characters after hx_; or the whole key')
    .action(async (shown: string) => {
      const keyId = parseApiKey(shown)?.keyId ?? shown;
      const { wasRevokedBefore } = await withServices(loadSettings(), (services) => services.keys.revoke(keyId, 'cli'));
      console.log(wasRevokedBefore ? `Key ${keyId} had been revoked before.` : `Revoked key ${keyId}.`);
    });
}
