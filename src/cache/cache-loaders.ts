import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { cacheKinds, isWarmedKind, type WarmedKind } from './cache-kinds';
import type { Reader } from './cached-answer';

/** Makes an answer as its route does, from the query parameters of its URL. Rejects for a query that it would refuse. */
export type CacheLoader = (reader: Reader, query: Readonly<Record<string, string>>) => Promise<unknown>;

/**
 * Where features register how their answers are made, so that the cache can make them again without knowing any feature.
 * A process that serves no answers registers none.
 */
@Injectable()
export class CacheLoaders implements OnApplicationBootstrap {
  private readonly loaders = new Map<WarmedKind, CacheLoader>();

  /** Adds the loader of one kind, once at start. Errors: throws when another feature brings the same one. */
  register(kind: WarmedKind, load: CacheLoader): void {
    if (this.loaders.has(kind)) throw new Error(`two features register the loader of ${kind}`);
    this.loaders.set(kind, load);
  }

  /** Errors: throws when some kinds have a loader and others lack theirs. */
  onApplicationBootstrap(): void {
    if (this.loaders.size === 0) return;
    const missing = Object.keys(cacheKinds).filter((kind) => isWarmedKind(kind) && !this.loaders.has(kind));
    if (missing.length > 0) throw new Error(`no feature registers the loader of ${missing.join(', ')}`);
  }

  /** Whether this process can make answers. */
  get isEmpty(): boolean {
    return this.loaders.size === 0;
  }

  /** The loader of a kind; only for a registry that is not empty, after the start. */
  get(kind: WarmedKind): CacheLoader {
    return this.loaders.get(kind) as CacheLoader;
  }
}
