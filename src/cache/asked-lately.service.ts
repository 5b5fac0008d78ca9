import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { askedKey } from './cache-keys';
import { isWarmedKind, type WarmedKind } from './cache-kinds';
import { RedisScript, RedisTier } from './redis-tier';

/** Something that a user asked for. */
export interface AskedAnswer {
  readonly kind: WarmedKind;
  readonly timeZone: string;
  readonly url: string;
}

/** How long it counts as lately, in ms: as long as the answers are kept. */
const latelyMs = 600_000;

/** Most answers that are noted of one user: what a dashboard has. */
const maxAnswers = 20;

/** Longest URL that is noted: those of dashboards have some hundred characters. */
const maxUrlLength = 1000;

/** How often in a row an answer is made again without anybody asking for it. */
const maxWasted = 1;

/** KEYS: the user's notes. ARGV: the answer, most answers, how long in ms. */
const noteScript = new RedisScript(`
local count = redis.pcall('HLEN', KEYS[1])
if type(count) ~= 'number' then redis.call('DEL', KEYS[1]) count = 0 end
if count < tonumber(ARGV[2]) or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1`);

/** KEYS: the user's notes. ARGV: how often an answer may be made for nobody. Answers those that are to be made. */
const takeScript = new RedisScript(`
local notes = redis.pcall('HGETALL', KEYS[1])
local asked = {}
if notes.err then redis.call('DEL', KEYS[1]) return asked end
for i = 1, #notes, 2 do
  if (tonumber(notes[i + 1]) or 0) > tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], notes[i])
  else
    redis.call('HINCRBY', KEYS[1], notes[i], 1)
    asked[#asked + 1] = notes[i]
  end
end
return asked`);

const noted = z.tuple([z.string().refine(isWarmedKind), z.string().max(64), z.string().max(maxUrlLength)]);

/** Remembers, for all processes, what each user's dashboards ask for. */
@Injectable()
export class AskedLately {
  constructor(private readonly redis: RedisTier) {}

  /** Notes that a user wanted this answer; nobody needs to wait for it. Never rejects. */
  async note(userId: string, { kind, timeZone, url }: AskedAnswer): Promise<void> {
    if (url.length > maxUrlLength) return;
    const field = JSON.stringify([kind, timeZone, url]);
    await this.redis.run(noteScript, [askedKey(userId)], [field, String(maxAnswers), String(latelyMs)]);
  }

  /**
   * What a user asked for lately, to be made again; each counts as made. What was made twice since somebody asked for it
   * is forgotten. Never rejects; garbage is nothing.
   */
  async take(userId: string): Promise<readonly AskedAnswer[]> {
    const fields = await this.redis.run(takeScript, [askedKey(userId)], [String(maxWasted)]);
    return Array.isArray(fields) ? fields.flatMap(readNote) : [];
  }
}

function readNote(field: unknown): AskedAnswer[] {
  try {
    const [kind, timeZone, url] = noted.parse(JSON.parse(String(field)));
    return [{ kind, timeZone, url }];
  } catch {
    return [];
  }
}
