/** What becomes an Observation. */
export interface ObservationParts {
  /** What tells it apart from all others of the user, for ever: its id is made from it. */
  readonly key: readonly string[];
  /** The device or app; empty when none was named. */
  readonly source: string;
  /** The members of the resource but for those that all observations have. */
  readonly body: object;
}
