import { DataSource } from 'typeorm';
import { loadSettings } from '../../../src/config/load-settings';
import { createAppDataSourceOptions } from '../../../src/database/data-source';
import { DatabaseService, type Transaction } from '../../../src/database/database.service';
import type { BenchContext } from '../bench-context';

/** The service's door to the database, with a clock at it: from a statement's start to its last row. */
export class TimedDatabase extends DatabaseService {
  private statementsMs = 0;

  /** One for a database; `context` closes it. */
  static async open(context: BenchContext, databaseUrl: string): Promise<TimedDatabase> {
    const dataSource = await new DataSource(createAppDataSourceOptions(loadSettings({}), databaseUrl)).initialize();
    context.atEnd(() => dataSource.destroy());
    return new TimedDatabase(dataSource);
  }

  /** Time that statements have taken since this was last asked for, in ms. */
  takeMs(): number {
    const ms = this.statementsMs;
    this.statementsMs = 0;
    return ms;
  }

  override inReadOnlyTransaction<T>(userIds: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> {
    return super.inReadOnlyTransaction(userIds, async ({ client, query, begun }) => {
      // The first statement goes with the beginning, whose time is not its own.
      await begun;
      const timed: Transaction['query'] = async (sql, values, name) => {
        const startMs = performance.now();
        try {
          return await query(sql, values, name);
        } finally {
          this.statementsMs += performance.now() - startMs;
        }
      };
      return await work({ client, query: timed, begun });
    });
  }
}
