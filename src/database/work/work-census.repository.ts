import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database.service';

/** What there is to do, over all users. */
export interface WorkCensus {
  /** Open work by what it waits for: the rest of its body, somebody to take it up, who works on it, its next attempt. */
  readonly open: Readonly<Record<'receiving' | 'waiting' | 'working' | 'delayed', number>>;
  /** Age of the oldest ingestion that has arrived whole and is not done, in s; 0 without any. */
  readonly oldestS: number;
  /** Ingestions that were given up. */
  readonly parked: number;
}

interface CensusRow {
  readonly receiving: number;
  readonly waiting: number;
  readonly working: number;
  readonly delayed: number;
  readonly oldest_s: number;
  readonly parked: number;
}

const censusSql = `
SELECT count(*) FILTER (WHERE state = 'receiving')::int AS receiving, count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
       count(*) FILTER (WHERE state = 'working')::int AS working, count(*) FILTER (WHERE state = 'delayed')::int AS delayed,
       coalesce(extract(epoch FROM now() - min(opened_at) FILTER (WHERE state <> 'receiving')), 0)::float8 AS oldest_s,
       (SELECT count(*) FROM raw_ingestions WHERE status = 'parked')::int AS parked
  FROM (SELECT opened_at, CASE WHEN kind = 'receive' THEN 'receiving' WHEN lease_until > now() THEN 'working'
                               WHEN due_at > now() THEN 'delayed' ELSE 'waiting' END AS state
          FROM ingestion_work) AS w`;

/** Counts open work; cheap as long as little of it is open or parked. */
@Injectable()
export class WorkCensusRepository {
  constructor(private readonly database: DatabaseService) {}

  /** All counts at one moment. */
  async count(): Promise<WorkCensus> {
    const [row] = await this.database.inReadOnlyTransaction([], (tx) => tx.query<CensusRow>(censusSql));
    const { receiving, waiting, working, delayed, oldest_s: oldestS, parked } = row as CensusRow;
    return { open: { receiving, waiting, working, delayed }, oldestS, parked };
  }
}
