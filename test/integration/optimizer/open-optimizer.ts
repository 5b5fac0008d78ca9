import { Client } from 'pg';
import type { Advice } from '../../../src/optimizer/advice';
import type { Report } from '../../../src/optimizer/report';
import type { Phone } from '../../support/phone';
import { type Service, startService } from '../../support/service';

/** The service with an administrator who asks for advice. */
export interface OpenOptimizer {
  readonly service: Service;
  readonly admin: Phone;
  /**
   * Runs statements one after another, in one session of the owner, and has the server count each of them at once:
   * otherwise it does so when the session has been idle for ten seconds.
   */
  run(...statements: readonly string[]): Promise<void>;
  /** What is advised now, by id. */
  advise(): Promise<ReadonlyMap<string, Advice>>;
  /** The whole answer. */
  report(): Promise<Report>;
  close(): Promise<void>;
}

/** Has the database ask for rows many times, where pg_stat_statements does not look. */
export function askOften(question: string, times: number): string {
  return `DO $$ BEGIN FOR i IN 1..${times} LOOP PERFORM ${question}; END LOOP; END $$`;
}

/** Starts the real service on a database of its own. */
export async function openOptimizer(env: Readonly<Record<string, string>> = {}): Promise<OpenOptimizer> {
  const service = await startService({ ADVICE_INTERVAL_S: '0', ...env });
  const admin = await service.newPhone({ scopes: ['admin'] });
  const report = async (): Promise<Report> => {
    const { status, json } = await admin.get<Report>('/v1/advice');
    if (status !== 200) throw new Error(`advice was answered ${status}: ${JSON.stringify(json)}`);
    if (json.unreadable.length > 0) throw new Error(`could not be read: ${json.unreadable.join(', ')}`);
    return json;
  };
  const advise = async () => new Map((await report()).advice.map((advice) => [advice.id, advice]));
  const owner = new Client({ connectionString: service.place.database.ownerUrl, application_name: 'planter' });
  await owner.connect();
  const run = async (...statements: readonly string[]) => {
    for (const statement of statements) {
      await owner.query(statement);
      await owner.query('SELECT pg_stat_force_next_flush()');
    }
  };
  const close = async () => {
    await owner.end();
    await service.stop();
  };
  return { service, admin, run, report, advise, close };
}
