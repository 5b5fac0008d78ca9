import { Inject, Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { DatabaseService, type EntityTransaction } from '../database/database.service';
import { digestSecret, generateApiKey } from './api-key';
import { ApiKeyEntity } from './api-key.entity';
import { removeFirstKey } from './first-key-file';
import { isName } from './is-name';
import { pepperOf } from './pepper';
import type { Scope } from './scope';
import { UserEntity } from './user.entity';
import { type Actor, writeAuditEntry } from './write-audit-entry';

/** What a key is made with. */
export interface NewKey {
  readonly userId: string;
  /** What it is for, in its owner's words. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly actor: Actor;
}

/** A key at the one moment at which its text is known. */
export interface IssuedKey {
  readonly keyId: string;
  readonly text: string;
}

/** A key as it is listed, with the name of its owner. */
export interface ListedKey extends Omit<ApiKeyEntity, 'digest'> {
  readonly userName: string;
}

/** The keys that people's devices and scripts show. */
@Injectable()
export class KeyService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: DatabaseService,
  ) {}

  /**
   * Makes a key; its text is in the result and nowhere else.
   *
   * Errors: rejects with Problem 400 `key_name_invalid`.
   */
  async add(key: NewKey): Promise<IssuedKey> {
    if (!isName(key.name)) {
      throw new Problem(400, 'key_name_invalid', 'A key name has 1 to 100 characters and no space at its ends.');
    }
    return await this.database.inEntityTransaction([key.userId], (tx) => this.insert(tx, key));
  }

  /** The same in a transaction that was opened for the key's user. */
  async insert(tx: EntityTransaction, { userId, name, scopes, expiresAt, actor }: NewKey): Promise<IssuedKey> {
    const { keyId, secret, text } = generateApiKey();
    const digest = digestSecret(secret, pepperOf(this.settings));
    const createdAt = new Date();
    await tx.manager.insert(ApiKeyEntity, { userId, keyId, name, digest, scopes: [...scopes], createdAt, expiresAt });
    const details = { keyId, name, scopes, expiresAt: expiresAt?.toISOString() ?? null };
    await writeAuditEntry(tx, { userId, actor, action: 'key.added', details });
    return { keyId, text };
  }

  /** All keys, or those of one user, oldest first; revoked and expired ones too. */
  list(userId?: string): Promise<ListedKey[]> {
    const ofUser = userId === undefined ? {} : { userId };
    return this.database.inReadOnlyEntityTransaction(userId === undefined ? [] : [userId], async (tx) => {
      const keys = await tx.manager.find(ApiKeyEntity, { where: ofUser, order: { createdAt: 'ASC', keyId: 'ASC' } });
      const users = await tx.manager.find(UserEntity);
      const names = new Map(users.map(({ id, name }) => [id, name]));
      return keys.map((key) => ({ ...key, userName: names.get(key.userId) ?? '' }));
    });
  }

  /**
   * Revokes a key for good; within two seconds every process refuses it. The file with the first key goes when this was
   * that key. A key that was revoked before stays as it is, and `wasRevokedBefore` says so.
   *
   * Errors: rejects with Problem 404 `key_unknown`.
   */
  async revoke(keyId: string, actor: Actor): Promise<{ readonly wasRevokedBefore: boolean }> {
    const key = await this.database.inReadOnlyEntityTransaction([], (tx) =>
      tx.manager.findOneBy(ApiKeyEntity, { keyId }),
    );
    if (key === null) throw new Problem(404, 'key_unknown', 'There is no key with this id.');
    const { userId } = key;
    const wasRevokedBefore = await this.database.inEntityTransaction([userId], async (tx) => {
      const stillValid = { userId, keyId, revokedAt: IsNull() };
      const { affected } = await tx.manager.update(ApiKeyEntity, stillValid, { revokedAt: new Date() });
      if (affected === 0) return true;
      await writeAuditEntry(tx, { userId, actor, action: 'key.revoked', details: { keyId } });
      return false;
    });
    await removeFirstKey(this.settings.dataDir, keyId);
    return { wasRevokedBefore };
  }
}
