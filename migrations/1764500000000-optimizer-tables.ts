import type { MigrationInterface, QueryRunner } from 'typeorm';

const appRole = 'health_export_app';

const tables = `
CREATE TABLE optimizer_snapshots (
  source text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  content jsonb NOT NULL,
  PRIMARY KEY (source, taken_at)
);

CREATE TABLE applied_advice (
  id uuid PRIMARY KEY,
  advice_id text NOT NULL,
  title text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_sql text[] NOT NULL,
  undo_sql text[],
  measured jsonb NOT NULL DEFAULT '[]',
  undone_at timestamptz
);`;

/** What the optimizer remembers: figures to compare later ones with, and what was applied. Nothing of a person. */
export class OptimizerTables1764500000000 implements MigrationInterface {
  readonly name = 'OptimizerTables1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(tables);
    // The owner writes them: what is advised to an administrator is none of the requests' business.
    await queryRunner.query(`GRANT SELECT ON optimizer_snapshots, applied_advice TO ${appRole}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE applied_advice, optimizer_snapshots');
  }
}
