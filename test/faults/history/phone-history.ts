import { createHash } from 'node:crypto';
import { type ExportWindow, samplesOf } from './export-window';

/**
 * How a request ended, for the history:
 * - `acknowledged`: answered 2xx: it is stored, and stays.
 * - `refused`: answered that nothing was changed: it is not stored.
 * - `unknown`: no answer, or one that says so: it may be stored, whole or not at all.
 */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** What may be stored of a window. */
export interface WindowHistory extends ExportWindow {
  /** The version that was sent last. */
  sentVersion: number;
  /** The version of the newest acknowledgement; null before the first. */
  acknowledgedVersion: number | null;
  /** Versions sent after it whose outcome is unknown, in order. */
  unknownVersions: number[];
}

/** An acknowledged body. */
export interface AcknowledgedBody {
  readonly ingestionId: string;
  readonly sha256: string;
  readonly samples: number;
}

/** All that one phone sent, in order, and how each request ended. One request at a time. */
export class PhoneHistory {
  readonly windows: WindowHistory[] = [];
  readonly bodies: AcknowledgedBody[] = [];
  /** Requests whose outcome is unknown. */
  unknownRequests = 0;
  private nextMinute = 0;

  constructor(readonly userId: string) {}

  /** Minutes that were taken so far. */
  get minutes(): number {
    return this.nextMinute;
  }

  /** A window of minutes that were never sent. */
  open(minutes: number): WindowHistory {
    const window: WindowHistory = {
      firstMinute: this.nextMinute,
      minutes,
      sentVersion: 0,
      acknowledgedVersion: null,
      unknownVersions: [],
    };
    this.nextMinute += minutes;
    this.windows.push(window);
    return window;
  }

  /** Notes how a request with the window's `sentVersion` ended. */
  note(window: WindowHistory, outcome: Exclude<Outcome, 'acknowledged'>): void {
    if (outcome === 'refused') return;
    this.unknownRequests++;
    window.unknownVersions.push(window.sentVersion);
  }

  /** Notes that a request with the window's `sentVersion` was acknowledged: whatever was sent before cannot win any more. */
  acknowledge(window: WindowHistory, ingestionId: string, body: string): void {
    window.acknowledgedVersion = window.sentVersion;
    window.unknownVersions = [];
    const sha256 = createHash('sha256').update(body).digest('hex');
    this.bodies.push({ ingestionId, sha256, samples: samplesOf(window) });
  }
}
