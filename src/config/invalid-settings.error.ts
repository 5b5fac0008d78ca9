/**
 * The service cannot start with the settings that it was given.
 *
 * Shape: `faults` holds one human sentence for each fault, all faults of one start together; `message` lists them.
 * The value of a secret is in neither.
 */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';

  constructor(
    readonly faults: readonly string[],
    options?: ErrorOptions,
  ) {
    super(['The settings cannot be used:', ...faults.map((fault) => `  - ${fault}`)].join('\n'), options);
  }
}
