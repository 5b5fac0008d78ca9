import type { IncomingHttpHeaders } from 'node:http';

/** What the app says of the automation that sends, verbatim; null where a header is absent. */
export interface AutomationHeaders {
  readonly name: string | null;
  readonly id: string | null;
  readonly period: string | null;
  readonly aggregation: string | null;
  readonly sessionId: string | null;
}

/** Node reads headers as Latin-1, the app writes UTF-8; what is not UTF-8 is left as it was read. */
function decode(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = Array.isArray(header) ? header.join(', ') : header;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

/** Reads the headers that Health Auto Export adds to every request. */
export function readAutomationHeaders(headers: IncomingHttpHeaders): AutomationHeaders {
  return {
    name: decode(headers['automation-name']),
    id: decode(headers['automation-id']),
    period: decode(headers['automation-period']),
    aggregation: decode(headers['automation-aggregation']),
    sessionId: decode(headers['session-id']),
  };
}
