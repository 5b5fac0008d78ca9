import { urlSetting } from './define-setting';

/** Where PostgreSQL and Redis are. */
export const connectionSettings = {
  databaseUrl: urlSetting('DATABASE_URL', {
    schemes: ['postgres', 'postgresql'],
    secret: true,
    description: 'PostgreSQL 15 to 18. Absent: the service brings its own.',
  }),
  databaseOwnerUrl: urlSetting('DATABASE_OWNER_URL', {
    schemes: ['postgres', 'postgresql'],
    secret: true,
    description: 'The same database as its owner, for migrations and partitions. Absent: DATABASE_URL.',
  }),
  redisUrl: urlSetting('REDIS_URL', {
    schemes: ['redis', 'rediss'],
    secret: true,
    description: 'Redis 6.2 or later with `noeviction`. Absent: the service brings its own where it can.',
  }),
  cacheRedisUrl: urlSetting('CACHE_REDIS_URL', {
    schemes: ['redis', 'rediss'],
    secret: true,
    description: 'Another Redis for cache and rate limits, with `allkeys-lru`. Absent: REDIS_URL.',
  }),
};
