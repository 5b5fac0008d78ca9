import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ClaimedWork } from '../../database/work/claimed-work';

/**
 * Does claimed work to its end. It closes the work by itself, in the transaction that says what became of it, and saves
 * how far it came in the transactions that take it further: see WorkLeaseRepository.
 *
 * `signal` is aborted when the process stops or the lease is lost; then it rejects soon, having finished a step or not.
 * Errors: rejects with a 4xx problem for what will never be done, and otherwise as whatever it uses does.
 */
export type WorkHandler = (claim: ClaimedWork, signal: AbortSignal) => Promise<void>;

/** A kind of work that somebody has to know how to do. */
export type HandledKind = ClaimedWork['kind'];

const handledKinds: readonly HandledKind[] = ['derive', 'rederive'];

/** Where the features above register how work is done. */
@Injectable()
export class WorkHandlers implements OnApplicationBootstrap {
  private readonly handlers = new Map<HandledKind, WorkHandler>();

  /** Says how work of a kind is done, once, while modules are initialised. Errors: throws when it has been said. */
  register(kind: HandledKind, handler: WorkHandler): void {
    if (this.handlers.has(kind)) throw new Error(`two modules register how to ${kind}`);
    this.handlers.set(kind, handler);
  }

  /** How work of a kind is done. Errors: throws when nobody has said. */
  of(kind: HandledKind): WorkHandler {
    const handler = this.handlers.get(kind);
    if (handler === undefined) throw new Error(`no module registers how to ${kind}`);
    return handler;
  }

  /** Fails the start when a kind has no handler. */
  onApplicationBootstrap(): void {
    for (const kind of handledKinds) this.of(kind);
  }
}
