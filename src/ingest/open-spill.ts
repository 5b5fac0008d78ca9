import type { IngestionKey } from '../database/ingestion-key';
import { surveyUnderWay } from './process/body-formats';
import type { AutomationHeaders } from './receive/automation-headers';
import type { BodyHeaders } from './receive/check-body-headers';
import { isZip } from './receive/media-type';
import { PieceSpill } from './store/piece-spill';
import type { SpilledBodyRepository } from './store/spilled-body.repository';

/**
 * Begins an ingestion whose body is stored while it arrives: an archive and what the sender compressed as they are, the
 * rest compressed by us and surveyed on the way. Errors: rejects as the database does.
 */
export async function openSpill(
  bodies: SpilledBodyRepository,
  key: IngestionKey,
  ingestionSeq: string,
  headers: BodyHeaders,
  automation: AutomationHeaders,
  timeZone: string,
): Promise<PieceSpill> {
  const keptAsSent = headers.contentEncoding !== 'identity' || isZip(headers.contentType);
  const keptEncoding = keptAsSent ? headers.contentEncoding : 'br';
  await bodies.begin(key, ingestionSeq, headers, keptEncoding, automation, timeZone);
  return new PieceSpill(bodies, key, keptAsSent, keptAsSent ? null : surveyUnderWay(headers.contentType));
}
