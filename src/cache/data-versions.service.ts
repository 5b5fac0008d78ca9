import { Injectable } from '@nestjs/common';
import { type DataVersion, readDataVersions, type UserDataVersion } from '../database/data-version';
import { DatabaseService } from '../database/database.service';
import { SharedQuery } from '../database/shared-query';
import { askedKey, versionKey } from './cache-keys';
import { LoopBatch } from './loop-batch';
import { RedisScript, RedisTier, redisBudgetMs } from './redis-tier';
import { readVersionText, toVersionText, trustMs } from './version-text';

/** The version of a user's data, and how much longer its reader may wait for Redis. */
export interface KnownVersion extends DataVersion {
  /** In ms; 0 where Redis did not say the version in time. */
  readonly redisBudgetMs: number;
}

/**
 * Longest wait until Redis knows of a new version, in ms. Longer than what a reader waits: a writer that goes on without
 * Redis lets readers elsewhere see old answers for some seconds.
 */
const tellBudgetMs = 200;

/** What somebody has whose row is gone; nothing is kept under it for long, because the next one asks again. */
const noVersion: DataVersion = { data: '0', history: '0' };

/**
 * Notes versions, unless a newer one is there that is still trusted. KEYS: for each user the key of the version and that
 * of what was asked. ARGV: now and how long the keys are kept, both in ms, then for each user the text and its first
 * number. Answers the places, from 1, of users who asked for something lately.
 *
 * ORDER: whoever reads a version from the database does so before its trust begins; so an older version's trust ends
 * before a newer one's, and it does not matter in which order they arrive here.
 */
const noteScript = new RedisScript(`
local asked = {}
for i = 1, #KEYS / 2 do
  local key = KEYS[2 * i - 1]
  local known = redis.pcall('GET', key)
  local data, untilMs
  if type(known) == 'string' then data, untilMs = string.match(known, '^(%d+)%.%d+%.(%d+)$') end
  local isNewer = data and tonumber(data) > tonumber(ARGV[2 * i + 2])
  local isTrusted = data and tonumber(untilMs) > tonumber(ARGV[1]) and tonumber(untilMs) < ARGV[1] + 10 * ARGV[2]
  if not (isNewer and isTrusted) then redis.call('SET', key, ARGV[2 * i + 1], 'PX', ARGV[2]) end
  if redis.call('EXISTS', KEYS[2 * i]) == 1 then asked[#asked + 1] = i end
end
return asked`);

/**
 * Knows the version of each user's data: from Redis, which is told of every new one before the writer is answered, else
 * from the database.
 */
@Injectable()
export class DataVersions {
  private readonly inDatabase = new SharedQuery((userIds: readonly string[]) => this.readAll(userIds));
  private readonly inRedis = new LoopBatch((userIds: readonly string[]) => this.findAll(userIds));
  /** Users of whose newest version Redis may not know, and until when an older one may be trusted there. */
  private readonly untold = new Map<string, number>();

  constructor(
    private readonly database: DatabaseService,
    private readonly redis: RedisTier,
  ) {}

  /**
   * The version of a user's data. Whoever was told that something is stored sees it in what is read under it, whichever
   * process stored it; if Redis could not be told, 3 s later at the latest.
   *
   * Errors: rejects as the database does, when Redis does not know.
   */
  async read(userId: string): Promise<KnownVersion> {
    if (!this.redis.isReady || this.isUntold(userId)) return await this.readStored(userId, 0);
    const askedAtMs = performance.now();
    const text = await this.inRedis.ask(userId);
    if (text === undefined) return await this.readStored(userId, 0);
    const leftMs = redisBudgetMs - (performance.now() - askedAtMs);
    const known = readVersionText(text, Date.now());
    if (known !== null) return { ...known, redisBudgetMs: leftMs };
    // ORDER: its trust begins before it is read, see the script.
    const untilMs = Date.now() + trustMs;
    const stored = await this.readStored(userId, leftMs);
    void this.note([{ userId, ...stored }], untilMs, redisBudgetMs);
    return stored;
  }

  /**
   * Tells all processes that these are committed; to be awaited before anybody is told that something is stored. Gives
   * those users who asked for something lately. Never rejects; takes 200 ms at most.
   */
  async tell(versions: readonly UserDataVersion[]): Promise<readonly string[]> {
    if (!this.redis.isConfigured || versions.length === 0) return [];
    const untilMs = Date.now() + trustMs;
    const places = await this.note(versions, untilMs, tellBudgetMs);
    if (places === null) for (const { userId } of versions) this.noteUntold(userId, untilMs);
    else for (const { userId } of versions) this.untold.delete(userId);
    return (places ?? []).flatMap((place) => versions[place - 1]?.userId ?? []);
  }

  /** Gives the places of users who asked for something lately; null when Redis did not take it. */
  private async note(
    versions: readonly UserDataVersion[],
    untilMs: number,
    budgetMs: number,
  ): Promise<readonly number[] | null> {
    const keys = versions.flatMap(({ userId }) => [versionKey(userId), askedKey(userId)]);
    const texts = versions.flatMap((version) => [toVersionText(version, untilMs), version.data]);
    const args = [String(untilMs - trustMs), String(trustMs), ...texts];
    const places = await this.redis.run(noteScript, keys, args, budgetMs);
    return Array.isArray(places) ? places.map(Number) : null;
  }

  private isUntold(userId: string): boolean {
    const untilMs = this.untold.get(userId);
    if (untilMs === undefined) return false;
    if (untilMs > Date.now()) return true;
    this.untold.delete(userId);
    return false;
  }

  private noteUntold(userId: string, untilMs: number): void {
    this.untold.delete(userId);
    this.untold.set(userId, untilMs);
    // In the order of time: what has ended stands first.
    for (const [other, otherUntilMs] of this.untold) {
      if (otherUntilMs > Date.now()) return;
      this.untold.delete(other);
    }
  }

  private async readStored(userId: string, leftMs: number): Promise<KnownVersion> {
    return { ...(await this.inDatabase.ask(userId)), redisBudgetMs: leftMs };
  }

  private async readAll(userIds: readonly string[]): Promise<readonly DataVersion[]> {
    const asked = [...new Set(userIds)];
    const found = await this.database.inReadOnlyTransaction(asked, (tx) => readDataVersions(tx, asked));
    const byId = new Map(found.map(({ userId, data, history }) => [userId, { data, history }]));
    return userIds.map((userId) => byId.get(userId) ?? noVersion);
  }

  private async findAll(userIds: readonly string[]): Promise<readonly (string | null | undefined)[]> {
    const asked = [...new Set(userIds)];
    const texts = await this.redis.getTexts(asked.map(versionKey));
    const byId = new Map(asked.map((userId, i) => [userId, texts?.[i]]));
    return userIds.map((userId) => byId.get(userId));
  }
}
