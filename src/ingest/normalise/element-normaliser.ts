import type { JsonObject } from '../../catalogue/json';
import type { RejectReason } from '../../catalogue/reject-reason';
import type { NormalisedPayload } from './normalised-payload';

/**
 * Reads one element of one of the format's arrays that is kept as a unit (a workout with its route, an ECG with its
 * voltages, a symptom).
 *
 * Returns null when exactly one row was added to the payload's batches, else the reason why none was. Never throws for
 * anything the element holds.
 */
export type ElementNormaliser = (element: JsonObject, payload: NormalisedPayload) => RejectReason | null;
