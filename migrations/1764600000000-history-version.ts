import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A second version of each user's data, which is raised by what touches the days before yesterday alone: answers about
 * those stay true while a phone sends what is new.
 */
export class HistoryVersion1764600000000 implements MigrationInterface {
  readonly name = 'HistoryVersion1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users ADD COLUMN history_version bigint NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users DROP COLUMN history_version');
  }
}
