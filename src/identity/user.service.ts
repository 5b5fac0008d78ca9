import { Injectable } from '@nestjs/common';
import { isTimeZone } from '../catalogue/zone-offset';
import { Problem } from '../common/problem';
import { uuidV7 } from '../common/uuid';
import { DatabaseService, type EntityTransaction } from '../database/database.service';
import { isName } from './is-name';
import { UserEntity } from './user.entity';
import { type Actor, writeAuditEntry } from './write-audit-entry';

/** Key of the lock under which names of users are given: any constant that no other lock uses. */
const userNamesLockKey = '7309453672214562894';

/** What a user is added with. */
export interface NewUser {
  readonly name: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly actor: Actor;
}

function checkTimeZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  throw new Problem(400, 'time_zone_unknown', `There is no time zone ${JSON.stringify(timeZone)}.`);
}

/** The people whose data is kept. */
@Injectable()
export class UserService {
  constructor(private readonly database: DatabaseService) {}

  /**
   * Adds a user.
   *
   * Errors: rejects with Problem 400 `user_name_invalid` or `time_zone_unknown`, 409 `user_exists`.
   */
  async add(user: NewUser): Promise<UserEntity> {
    if (!isName(user.name)) {
      throw new Problem(400, 'user_name_invalid', 'A user name has 1 to 100 characters and no space at its ends.');
    }
    checkTimeZone(user.timeZone);
    const id = uuidV7(Date.now());
    return await this.database.inEntityTransaction([id], async (tx) => {
      await this.lockNames(tx);
      if (await tx.manager.existsBy(UserEntity, { name: user.name })) {
        throw new Problem(409, 'user_exists', `There is a user ${JSON.stringify(user.name)} already.`);
      }
      return this.insert(tx, id, user);
    });
  }

  /**
   * Changes the zone in which a user's dates without an offset are read from now on; what is stored stays as it is.
   *
   * Errors: rejects with Problem 400 `time_zone_unknown`, 404 `user_unknown`.
   */
  async setTimeZone(name: string, timeZone: string, actor: Actor): Promise<UserEntity> {
    checkTimeZone(timeZone);
    const user = await this.findByName(name);
    await this.database.inEntityTransaction([user.id], async (tx) => {
      await tx.manager.update(UserEntity, { id: user.id }, { timeZone });
      const details = { timeZone, before: user.timeZone };
      await writeAuditEntry(tx, { userId: user.id, actor, action: 'user.changed', details });
    });
    return { ...user, timeZone };
  }

  /** All users, by name. */
  list(): Promise<UserEntity[]> {
    return this.database.inReadOnlyEntityTransaction([], (tx) =>
      tx.manager.find(UserEntity, { order: { name: 'ASC' } }),
    );
  }

  /** The user of this name. Errors: rejects with Problem 404 `user_unknown`. */
  async findByName(name: string): Promise<UserEntity> {
    const user = await this.database.inReadOnlyEntityTransaction([], (tx) =>
      tx.manager.findOneBy(UserEntity, { name }),
    );
    if (user === null) throw new Problem(404, 'user_unknown', `There is no user ${JSON.stringify(name)}.`);
    return user;
  }

  /** Waits until nobody else gives names; until the transaction ends, what is read about users' names stays true. */
  async lockNames(tx: EntityTransaction): Promise<void> {
    // A unique index on the name alone could not be distributed by user.
    await tx.query('SELECT pg_advisory_xact_lock($1)', [userNamesLockKey]);
  }

  /** Adds a user whose values were checked; the caller holds {@link lockNames} and has set `id` as the transaction's. */
  async insert(tx: EntityTransaction, id: string, { name, timeZone, actor }: NewUser): Promise<UserEntity> {
    const user = tx.manager.create(UserEntity, { id, name, timeZone, createdAt: new Date() });
    await tx.manager.insert(UserEntity, user);
    await writeAuditEntry(tx, { userId: id, actor, action: 'user.added', details: { name, timeZone } });
    return user;
  }
}
