import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { DatabaseService } from '../database/database.service';
import { SharedQuery } from '../database/shared-query';
import { matchesDigest, parseApiKey } from './api-key';
import type { Identity } from './identity';
import { KeyUsageService } from './key-usage.service';
import { isLocalRequest } from './local-request';
import { pepperOf } from './pepper';
import { readPresentedKey } from './read-presented-key';
import { RecentLookups } from './recent-lookups';
import type { Scope } from './scope';

/** A revoked or changed key stops working in every process within this time. */
const maxLookupAgeMs = 2000;

/** Keys that one process remembers: some 5 MB at most. */
const maxRememberedKeys = 10_000;

interface StoredKey {
  readonly key_id: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly time_zone: string;
  readonly digest: Buffer;
  readonly scopes: Scope[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

const findKeysSql = `
SELECT k.key_id, k.user_id, u.name AS user_name, u.time_zone, k.digest, k.scopes, k.expires_at, k.revoked_at
  FROM api_keys k JOIN users u ON u.id = k.user_id
 WHERE k.key_id = ANY ($1)`;

/** Tells who a request comes from by the key that it shows. */
@Injectable()
export class AuthenticationService {
  private readonly pepper: string;
  private readonly storedKeys: RecentLookups<StoredKey>;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: DatabaseService,
    private readonly keyUsage: KeyUsageService,
  ) {
    this.pepper = pepperOf(settings);
    const found = new SharedQuery((keyIds: readonly string[]) => this.findKeys(keyIds));
    this.storedKeys = new RecentLookups((keyId) => found.ask(keyId), {
      maxEntries: maxRememberedKeys,
      maxAgeMs: maxLookupAgeMs,
      nowMs: () => performance.now(),
    });
  }

  /**
   * Whether a request without a key comes from a program on this machine and that is enough. Behind a proxy on the same
   * machine everybody would: so not where PUBLIC_URL says that there may be one.
   */
  admitsLocally({ raw }: FastifyRequest): boolean {
    const { statusAccess, publicUrl } = this.settings;
    return (
      statusAccess === 'auto' &&
      publicUrl === undefined &&
      readPresentedKey(raw.headers) === null &&
      isLocalRequest(raw)
    );
  }

  /**
   * Finds out whose key the headers hold. An unknown key takes the time of a known one, and only who has the whole key
   * is told that it expired or was revoked.
   *
   * Errors: rejects with Problem 401 `key_missing`, `key_invalid`, `key_revoked` or `key_expired`; with the database's
   * own error when it cannot be asked and the key was not looked up a moment ago.
   */
  async authenticate(headers: IncomingHttpHeaders): Promise<Identity> {
    const presented = readPresentedKey(headers);
    if (presented === null) {
      throw new Problem(401, 'key_missing', 'This needs an API key, as Authorization: Bearer, X-API-Key or api-key.');
    }
    const parsed = parseApiKey(presented);
    if (parsed === null) throw new Problem(401, 'key_invalid', 'The API key is not valid.');
    const stored = await this.storedKeys.get(parsed.keyId);
    if (!matchesDigest(parsed.secret, this.pepper, stored?.digest ?? null) || stored === null) {
      throw new Problem(401, 'key_invalid', 'The API key is not valid.');
    }
    if (stored.revoked_at !== null) throw new Problem(401, 'key_revoked', 'The API key was revoked.');
    if (stored.expires_at !== null && stored.expires_at.getTime() <= Date.now()) {
      throw new Problem(401, 'key_expired', 'The API key has expired.');
    }
    this.keyUsage.note(stored.user_id, parsed.keyId);
    return {
      userId: stored.user_id,
      userName: stored.user_name,
      timeZone: stored.time_zone,
      keyId: parsed.keyId,
      scopes: stored.scopes,
    };
  }

  private async findKeys(keyIds: readonly string[]): Promise<(StoredKey | null)[]> {
    const rows = await this.database.inReadOnlyTransaction([], (tx) => tx.query<StoredKey>(findKeysSql, [keyIds]));
    const byId = new Map(rows.map((row) => [row.key_id, row]));
    return keyIds.map((keyId) => byId.get(keyId) ?? null);
  }
}
