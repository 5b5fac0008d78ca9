import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from './scope';

/** A key of a person: a row of `api_keys`. The key itself is not in it. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @Column('text', { name: 'name' })
  name!: string;

  /** HMAC-SHA-256 of the secret; read only where it is asked for by name, so that it cannot slip into a list. */
  @Column('bytea', { name: 'digest', select: false })
  digest!: Buffer;

  @Column('text', { name: 'scopes', array: true })
  scopes!: Scope[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Null: never. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** Null: not revoked. */
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** To the minute; null: never used. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
