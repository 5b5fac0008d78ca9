import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person whose data is kept: a row of `users`. Names are unique, which is checked when one is added. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid', { name: 'id' })
  id!: string;

  @Column('text', { name: 'name' })
  name!: string;

  /** IANA zone. */
  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
