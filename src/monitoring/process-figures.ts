/** How the pool of connections was used since the process began, or since the figures before. */
export interface PoolUse {
  /** Most connections that it may open. */
  readonly maxConnections: number;
  /** Time that the figures cover. */
  readonly elapsedMs: number;
  /** Connections that were asked for. */
  readonly borrows: number;
  /** Of these, those that had to wait for more than 1 ms. */
  readonly waitedBorrows: number;
  /** Times of all borrows, added up. */
  readonly waitMs: number;
  readonly useMs: number;
  /** Use and wait of the busiest ten seconds, as connections on average (Little's law). */
  readonly busiestDemand: number;
}

/** What a size of chunk was measured to write. */
export interface ChunkTrial {
  readonly rows: number;
  readonly rowsPerS: number;
}

/** What is known of the chunk size: where it began, where it may go, and the best size found. */
export interface ChunkUse {
  readonly startRows: number;
  readonly minRows: number;
  readonly maxRows: number;
  /** The size that wrote most rows a second, and the size that it began with; null until measured. */
  readonly best: ChunkTrial | null;
  readonly start: ChunkTrial | null;
}

/** How one kind of cached answer is used. */
export interface CacheUse {
  readonly kind: string;
  readonly hits: number;
  readonly misses: number;
  /** Of the misses, those whose entry was there and had come to its end. */
  readonly expiredMisses: number;
  readonly timeToLiveS: number;
  /** Time after which 95 of 100 entries that are asked for again have been; null when not measured. */
  readonly reuseP95S: number | null;
}

/** Statements that sampled requests of one route made. */
export interface RouteStatements {
  /** Method and route template. */
  readonly route: string;
  /** Requests that were watched. */
  readonly requests: number;
  /** Statements that they made, all together. */
  readonly statements: number;
  /** The reading statement that is repeated most within a request, normalised; null when none was. */
  readonly repeated: RepeatedStatement | null;
}

/** One statement that requests make again and again. */
export interface RepeatedStatement {
  readonly text: string;
  /** Requests that made it at least ten times. */
  readonly requests: number;
  /** How often it was made by the request that made it most. */
  readonly most: number;
}

/** Memory of the process, all in bytes. */
export interface MemoryUse {
  readonly uptimeS: number;
  readonly peakRssBytes: number;
  /** Limit of the control group; null when there is none. */
  readonly limitBytes: number | null;
  readonly peakHeapBytes: number;
  readonly heapLimitBytes: number;
}

/** All figures about itself that a process may bring; each is brought by the module that knows it. */
export interface ProcessFigures {
  readonly pool?: PoolUse;
  readonly chunks?: ChunkUse;
  readonly caches?: readonly CacheUse[];
  readonly routes?: readonly RouteStatements[];
  readonly memory?: MemoryUse;
}
