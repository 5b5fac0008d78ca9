import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What was done to a person's account or data, and by whom: a row of `audit_log`, which is only ever added to. */
@Entity('audit_log')
export class AuditEntryEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** A UUIDv7 of `at`. */
  @PrimaryColumn('uuid', { name: 'id' })
  id!: string;

  @Column('timestamptz', { name: 'at' })
  at!: Date;

  /** `cli`, `first-start` or the id of a key. */
  @Column('text', { name: 'actor' })
  actor!: string;

  /** `user.added`, `user.changed`, `key.added`, `key.revoked`, `data.exported`. */
  @Column('text', { name: 'action' })
  action!: string;

  /** Ids, names and scopes; never a health value or a secret. */
  @Column('jsonb', { name: 'details' })
  details!: object;
}
