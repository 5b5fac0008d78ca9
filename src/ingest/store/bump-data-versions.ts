import type { Transaction } from '../../database/database.service';

/** Whoever has read something of these users can tell that it is no longer the newest. */
export async function bumpDataVersions(tx: Transaction, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.client.query({
    name: 'bump_data_versions',
    text: 'UPDATE users SET data_version = data_version + 1 WHERE id = ANY ($1::uuid[])',
    values: [userIds],
  });
}
