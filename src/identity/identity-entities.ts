import { ApiKeyEntity } from './api-key.entity';
import { AuditEntryEntity } from './audit-entry.entity';
import { UserEntity } from './user.entity';

/** The entities that the DataSource must know for this module. */
export const identityEntities = [UserEntity, ApiKeyEntity, AuditEntryEntity] as const;
