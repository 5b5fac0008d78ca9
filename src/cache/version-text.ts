import type { DataVersion } from '../database/data-version';

/**
 * How long a version that was read from the database is trusted, in ms: where nobody could tell Redis of a newer one,
 * answers are at most this much older than they should be, and by what the replicas' clocks differ.
 */
export const trustMs = 3000;

/** Longest trust that is believed, in ms: clocks differ. */
const maxTrustMs = 10_000;

const pattern = /^(\d{1,18})\.(\d{1,18})\.(\d{1,15})$/;

/** A version as it is in Redis, trusted until an instant in ms. */
export function toVersionText({ data, history }: DataVersion, untilMs: number): string {
  return `${data}.${history}.${untilMs}`;
}

/** The version in a text of Redis; null for none, for garbage, and for what is no longer or not plausibly trusted. */
export function readVersionText(text: string | null | undefined, nowMs: number): DataVersion | null {
  const [, data, history, until] = pattern.exec(text ?? '') ?? [];
  if (data === undefined || history === undefined) return null;
  const untilMs = Number(until);
  return untilMs > nowMs && untilMs <= nowMs + maxTrustMs ? { data, history } : null;
}
