import type { Client } from 'pg';
import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { firstInstantMs, readingOf, versionOf, type WindowMetric } from './export-window';
import type { PhoneHistory, WindowHistory } from './phone-history';

/** What the database holds against what was acknowledged. */
export interface HistoryVerdict {
  /** Acknowledged samples that are not there, or not as they were sent last. */
  lost: number;
  /** Rows beyond one a sample, and ingestions beyond one a request. */
  double: number;
  /** Everything else that must not be, in words; the first few. */
  readonly complaints: string[];
}

interface SampleRow {
  readonly recorded_at: Date;
  readonly value: number;
  readonly spread: number | null;
}

interface IngestionRow {
  readonly id: string;
  readonly sha256: string;
  readonly status: string;
  readonly has_bytes: boolean;
  readonly account: Readonly<Record<'received' | 'stored' | 'updated' | 'unchanged' | 'rejected', number>> | null;
}

const stepCountId = builtInCatalogue.find('step_count')?.id;

const samplesSql: Readonly<Record<WindowMetric, string>> = {
  heart_rate: 'SELECT recorded_at, value, max - value AS spread FROM heart_rate_metrics WHERE user_id = $1',
  step_count: `SELECT recorded_at, value, NULL AS spread FROM quantity_metrics
     WHERE user_id = $1 AND metric_id = ${stepCountId}`,
};

const ingestionsSql = `
SELECT id, encode(sha256, 'hex') AS sha256, status, account,
       body IS NOT NULL OR piece_count = (SELECT count(*) FROM raw_ingestion_pieces p
         WHERE p.user_id = i.user_id AND p.received_at = i.received_at AND p.ingestion_id = i.id) AS has_bytes
  FROM raw_ingestions i WHERE user_id = $1`;

/** Finds what one phone's rows lack or have too many. */
class PhoneCheck {
  private rows = 0;

  constructor(
    private readonly client: Client,
    private readonly history: PhoneHistory,
    private readonly verdict: HistoryVerdict,
  ) {}

  async run(): Promise<void> {
    for (const metric of ['heart_rate', 'step_count'] as const) await this.checkSamples(metric);
    await this.checkIngestions();
  }

  private complain(sentence: string): void {
    if (this.verdict.complaints.length < 8) this.verdict.complaints.push(sentence);
  }

  private async checkSamples(metric: WindowMetric): Promise<void> {
    const { rows } = await this.client.query<SampleRow>(samplesSql[metric], [this.history.userId]);
    this.rows += rows.length;
    const byMinute = new Map<number, SampleRow>();
    for (const row of rows) {
      const minute = (row.recorded_at.getTime() - firstInstantMs) / 60_000;
      if (byMinute.has(minute) || minute >= this.history.minutes) this.verdict.double++;
      byMinute.set(minute, row);
    }
    for (const window of this.history.windows) this.checkWindow(metric, window, byMinute);
  }

  private checkWindow(metric: WindowMetric, window: WindowHistory, byMinute: ReadonlyMap<number, SampleRow>): void {
    const { firstMinute, minutes, acknowledgedVersion, unknownVersions } = window;
    const allowed: (number | null)[] = [acknowledgedVersion, ...unknownVersions];
    const found = new Set<number | null>();
    for (let minute = firstMinute; minute < firstMinute + minutes; minute++) {
      const row = byMinute.get(minute);
      const version = row === undefined ? null : versionOf(metric, minute, row.value);
      found.add(version);
      if (row?.spread != null && row.spread !== readingOf(metric, minute, 0).spread) this.complain('a row is torn');
      if (allowed.includes(version)) continue;
      if (acknowledgedVersion === null) this.complain(`a sample is stored (version ${version}) that was refused`);
      else this.verdict.lost++;
    }
    if (found.size > 1) this.complain(`a payload is stored in part: versions ${[...found].join()}`);
  }

  private async checkIngestions(): Promise<void> {
    const { userId, bodies, unknownRequests } = this.history;
    const { rows } = await this.client.query<IngestionRow>(ingestionsSql, [userId]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { ingestionId, sha256, samples } of bodies) {
      const row = byId.get(ingestionId);
      if (row === undefined || row.sha256 !== sha256 || !row.has_bytes) this.verdict.lost += samples;
      else if (row.status !== 'stored') this.complain(`an acknowledged ingestion is ${row.status}`);
      else if (row.account?.received !== samples) this.complain('an account is not of its body');
    }
    const stored = rows.filter(({ status }) => status === 'stored');
    this.verdict.double += Math.max(0, stored.length - bodies.length - unknownRequests);
    const parked = rows.filter(({ status }) => status === 'parked').length;
    if (parked > 0) this.complain(`${parked} ingestions were given up`);
    for (const { account } of stored) {
      if (account === null || account.received !== account.stored + account.updated + account.unchanged) {
        this.complain('an account does not add up');
      }
    }
    const sum = stored.reduce((total, { account }) => total + (account?.stored ?? 0), 0);
    if (sum !== this.rows) {
      this.complain(`the accounts say that ${sum} samples are new, and there are ${this.rows}`);
    }
  }
}

/** Compares what the database holds with the histories. Order: nothing is under way. */
export async function checkHistories(client: Client, histories: readonly PhoneHistory[]): Promise<HistoryVerdict> {
  const verdict: HistoryVerdict = { lost: 0, double: 0, complaints: [] };
  for (const history of histories) await new PhoneCheck(client, history, verdict).run();
  return verdict;
}
