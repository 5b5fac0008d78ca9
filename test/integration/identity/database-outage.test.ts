import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseService } from '../../../src/database/database.service';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { type IssuedKey, KeyService } from '../../../src/identity/key.service';
import { UserService } from '../../../src/identity/user.service';
import { createTestDatabase } from '../../support/test-database';
import { type OpenIdentity, openIdentity } from './open-identity';

const unavailable = { status: 503, code: 'database_unavailable', retryAfterS: 5 };
let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database?.drop());

async function addKey({ app }: OpenIdentity, name: string): Promise<IssuedKey> {
  const user = await app.get(UserService).add({ name, timeZone: 'UTC', actor: 'cli' });
  return app.get(KeyService).add({ userId: user.id, name, scopes: ['read'], expiresAt: null, actor: 'cli' });
}

function outcome({ app }: OpenIdentity, key: IssuedKey): Promise<unknown> {
  const headers = { 'api-key': key.text };
  return app
    .get(AuthenticationService)
    .authenticate(headers)
    .catch((error: unknown) => translateDatabaseFault(error) ?? error);
}

/** Passes bytes on to the database until it is cut, and again once it is mended. */
class Relay {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  constructor(private readonly target: URL) {}

  /** The database's address through this relay. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket)));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

describe('a database that is gone', () => {
  test('is a 503 once what was looked up a moment ago is too old, and over when it is back', async () => {
    const relay = new Relay(new URL(database.url));
    await relay.mend();
    const identity = await openIdentity(relay.url);
    try {
      const [used, unused] = [await addKey(identity, 'used'), await addKey(identity, 'unused')];
      const known = await outcome(identity, used);
      await relay.cut();
      expect(await outcome(identity, used)).toEqual(known);
      expect(await outcome(identity, unused)).toMatchObject(unavailable);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect(await outcome(identity, used)).toMatchObject(unavailable);
      await relay.mend();
      expect(await outcome(identity, used)).toEqual(known);
    } finally {
      await identity.close();
      await relay.cut();
    }
  });
});

describe('a pool without a free connection', () => {
  test('is a 503 after the time-out', async () => {
    const identity = await openIdentity(database.url, { env: { POOL_MAX: '2', POOL_CONNECT_TIMEOUT_MS: '100' } });
    try {
      const key = await addKey(identity, 'crowded');
      const pool = identity.app.get(DatabaseService).pool();
      const held = [await pool.connect(), await pool.connect()];
      expect(await outcome(identity, key)).toMatchObject(unavailable);
      for (const client of held) client.release();
      expect(await outcome(identity, key)).toMatchObject({ keyId: key.keyId });
    } finally {
      await identity.close();
    }
  });
});
