import type { Advice, AdviceKind } from './advice';
import type { Evidence } from './evidence/evidence';

/** Turns evidence into advice of one kind. Pure: it asks nothing and changes nothing. */
export interface Rule {
  readonly kind: AdviceKind;
  /** What is wrong, if anything; the same evidence gives the same advice in the same order. */
  find(evidence: Evidence): Advice[];
}
