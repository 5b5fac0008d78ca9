import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Problem } from '../common/problem';
import { uuidV7 } from '../common/uuid';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { DatabaseService, type EntityTransaction } from '../database/database.service';
import { isUnavailable } from '../database/sqlstate';
import { ApiKeyEntity } from './api-key.entity';
import { findFirstKeyFiles, removeFirstKey, writeFirstKey } from './first-key-file';
import { type IssuedKey, KeyService } from './key.service';
import { everydayScopes } from './scope';
import { UserEntity } from './user.entity';
import { UserService } from './user.service';

/** The first user's name with a key to print, once. */
export interface FirstKey extends IssuedKey {
  readonly userName: string;
  /** Path of the file that the key is kept in. */
  readonly file: string;
}

/** The schema has just been looked at, so a database that is lost now is back at once or away for longer than a start waits. */
const maxAttempts = 3;

/** Time between two of them. */
const pauseMs = 500;

/** Runs this again when the database was lost meanwhile; it must be harmless to have run it before. */
async function persist<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const fault = error instanceof Problem ? error.cause : error;
      if (attempt === maxAttempts || !isUnavailable(fault)) throw error;
      await delay(pauseMs);
    }
  }
}

/** Makes the service usable at its first start. */
@Injectable()
export class FirstRunService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: DatabaseService,
    private readonly users: UserService,
    private readonly keys: KeyService,
  ) {}

  /**
   * When there is no user at all: makes the first one with a key for everyday use, keeps the key in
   * `dataDir/first-key` (see {@link writeFirstKey}) and returns it. Otherwise null; the file of a first key that was
   * revoked elsewhere is then removed.
   *
   * Of several first starts on one database one makes the user, the others get null. So does one whose user was made
   * while the answer was lost; the key is then in the file.
   * Errors: rejects when the file cannot be written, having made nothing, and when the database is lost three times.
   */
  ensureFirstKey(dataDir: string): Promise<FirstKey | null> {
    return persist(() => this.makeFirstKey(dataDir));
  }

  private makeFirstKey(dataDir: string): Promise<FirstKey | null> {
    const userId = uuidV7(Date.now());
    return this.database.inEntityTransaction([userId], async (tx) => {
      await this.users.lockNames(tx);
      if ((await tx.manager.count(UserEntity)) > 0) {
        await this.removeRevokedFirstKeys(tx, dataDir);
        return null;
      }
      const userName = this.settings.firstUserName;
      await this.users.insert(tx, userId, { name: userName, timeZone: 'UTC', actor: 'first-start' });
      const key = { userId, name: 'first key', scopes: everydayScopes, expiresAt: null, actor: 'first-start' };
      const issued = await this.keys.insert(tx, key);
      // ORDER: the file before the commit. Stopped in between, a useless file is left and the next start makes a new
      // key; the other way round, there would be a user whose key nobody knows.
      const file = await writeFirstKey(dataDir, issued.keyId, issued.text);
      return { ...issued, userName, file };
    });
  }

  /** The path of the file in `dataDir` whose key is good in this database, not one of another database; null without. */
  existingFirstKeyFile(dataDir: string): Promise<string | null> {
    const find = async (tx: EntityTransaction): Promise<string | null> => {
      for (const { path, keyId } of await findFirstKeyFiles(dataDir)) {
        if (await tx.manager.existsBy(ApiKeyEntity, { keyId, revokedAt: IsNull() })) return path;
      }
      return null;
    };
    return persist(() => this.database.inReadOnlyEntityTransaction([], find));
  }

  private async removeRevokedFirstKeys(tx: EntityTransaction, dataDir: string): Promise<void> {
    for (const { keyId } of await findFirstKeyFiles(dataDir)) {
      const isRevoked = await tx.manager.existsBy(ApiKeyEntity, { keyId, revokedAt: Not(IsNull()) });
      if (isRevoked) await removeFirstKey(dataDir, keyId);
    }
  }
}
