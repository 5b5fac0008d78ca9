import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import type { Settings } from '../../../src/config/settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { DatabaseService } from '../../../src/database/database.service';

/** The one door to a database, as the service opens it. */
export interface OpenDatabase {
  readonly database: DatabaseService;
  close(): Promise<void>;
}

/** Opens the pool of a database with the default settings, except for those given. */
export async function openDatabase(databaseUrl: string, given: Partial<Settings> = {}): Promise<OpenDatabase> {
  const settings = { ...loadSettings({}), poolMin: 0, ...given };
  const connections = { databaseUrl, databaseOwnerUrl: databaseUrl, redisUrl: null };
  const module = await Test.createTestingModule({
    imports: [ConfigModule.register(settings, connections), DatabaseModule.register([])],
  }).compile();
  await module.init();
  return { database: module.get(DatabaseService), close: () => module.close() };
}

/** The process of the server that answers now. */
export async function readBackendPid(database: DatabaseService): Promise<number> {
  const [row] = await database.inReadOnlyTransaction([], (tx) =>
    tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
  );
  return row?.pid as number;
}
