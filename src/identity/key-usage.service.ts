import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseService } from '../database/database.service';

/** A key's last use is written at most this often by one process. */
const minIntervalMs = 60_000;

/** Uses within this time are written together. */
const gatherMs = 1000;

interface KeyUse {
  readonly userId: string;
  readonly usedAt: Date;
}

// A key that another process is writing at this moment is skipped: its value is as good, and nobody waits or deadlocks.
const writeUsesSql = `
UPDATE api_keys k
   SET last_used_at = u.used_at
  FROM (SELECT f.user_id, f.key_id, n.used_at
          FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS n (user_id, key_id, used_at)
          JOIN api_keys f ON f.user_id = n.user_id AND f.key_id = n.key_id
         WHERE f.last_used_at IS NULL OR f.last_used_at < n.used_at
         ORDER BY f.user_id, f.key_id
           FOR UPDATE OF f SKIP LOCKED) u
 WHERE k.user_id = u.user_id AND k.key_id = u.key_id`;

/**
 * Keeps `last_used_at` of the keys, to the minute, without a request ever waiting for it or failing by it.
 *
 * What was noted is written a second later and at shutdown; what cannot be written is logged and forgotten.
 */
@Injectable()
export class KeyUsageService implements OnApplicationShutdown {
  private readonly logger = new Logger(KeyUsageService.name);
  private readonly unwritten = new Map<string, KeyUse>();
  private readonly writtenAtMs = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly database: DatabaseService) {}

  /** Notes that a key was used now. */
  note(userId: string, keyId: string): void {
    const nowMs = Date.now();
    if (nowMs - (this.writtenAtMs.get(keyId) ?? 0) < minIntervalMs) return;
    this.unwritten.set(keyId, { userId, usedAt: new Date(nowMs) });
    this.timer ??= setTimeout(() => void this.write(), gatherMs).unref();
  }

  /** Writes what is still to be written; never rejects. */
  async onApplicationShutdown(): Promise<void> {
    await this.write();
  }

  private async write(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const uses = [...this.unwritten];
    this.unwritten.clear();
    if (uses.length === 0) return;
    this.forgetOldWrites();
    for (const [keyId, { usedAt }] of uses) this.writtenAtMs.set(keyId, usedAt.getTime());
    const userIds = [...new Set(uses.map(([, { userId }]) => userId))];
    const columns = [uses.map(([, { userId }]) => userId), uses.map(([keyId]) => keyId), uses.map(([, u]) => u.usedAt)];
    try {
      await this.database.inTransaction(userIds, (tx) => tx.query(writeUsesSql, columns));
    } catch (error) {
      this.logger.warn({ err: error }, `last_used_at of ${uses.length} keys could not be written`);
    }
  }

  private forgetOldWrites(): void {
    const nowMs = Date.now();
    for (const [keyId, atMs] of this.writtenAtMs) if (nowMs - atMs >= minIntervalMs) this.writtenAtMs.delete(keyId);
  }
}
