/** Injection token of the loaded settings. */
export const SETTINGS = Symbol('settings');

/** Injection token of what the service talks to, once it is known: see {@link Connections}. */
export const CONNECTIONS = Symbol('connections');

/** Addresses of the parts beside the service, given by settings or brought by the service itself. */
export interface Connections {
  /** PostgreSQL for the service's own pool. */
  readonly databaseUrl: string;
  /** The same database as its owner, for migrations and partitions. */
  readonly databaseOwnerUrl: string;
  /** Redis; null when the service runs without. */
  readonly redisUrl: string | null;
}
