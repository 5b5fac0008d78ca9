import type { MigrationReport } from '../database/migrate';

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What was done to the schema, for people: `1 migration applied, 37 partitions made`. */
export function describeMigration({ migrations, partitions }: MigrationReport): string {
  return `${countOf(migrations.length, 'migration')} applied, ${countOf(partitions.length, 'partition')} made`;
}
