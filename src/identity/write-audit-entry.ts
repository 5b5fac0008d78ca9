import { uuidV7 } from '../common/uuid';
import type { EntityTransaction } from '../database/database.service';
import { AuditEntryEntity } from './audit-entry.entity';

/** Who acts, beside the ids of keys: the command line, or the first start of the service. */
export type Actor = 'cli' | 'first-start' | (string & {});

/** Notes in the same transaction that `actor` did `action` to a person's account; `details` hold nothing secret. */
export async function writeAuditEntry(
  tx: EntityTransaction,
  entry: { userId: string; actor: Actor; action: string; details: Record<string, string | readonly string[] | null> },
): Promise<void> {
  const at = new Date();
  await tx.manager.insert(AuditEntryEntity, { ...entry, id: uuidV7(at.getTime()), at });
}
