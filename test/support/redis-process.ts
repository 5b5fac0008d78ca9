import { inject } from 'vitest';
import { findFreePort } from '../../src/embedded/free-port';
import { RedisServer } from './redis-server';

/** A Redis of one test's own. */
export class RedisProcess extends RedisServer {
  /** One that is not running yet. */
  static async absent(): Promise<RedisProcess> {
    return new RedisProcess(inject('redisProgramDir'), await findFreePort());
  }

  /** One that answers. */
  static async started(): Promise<RedisProcess> {
    const redis = await RedisProcess.absent();
    await redis.start();
    return redis;
  }
}
