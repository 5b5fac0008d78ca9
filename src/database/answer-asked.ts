/** A question that waits for its answer. */
export interface Asked<Key, Value> {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Has `run` answer questions together, one value for each key in their order, and tells everybody who asked. Never
 * rejects: what fails, fails for all of them.
 */
export async function answerAsked<Key, Value>(
  asked: readonly Asked<Key, Value>[],
  run: (keys: readonly Key[]) => Promise<readonly Value[]>,
): Promise<void> {
  try {
    const values = await run(asked.map(({ key }) => key));
    if (values.length !== asked.length) throw new Error(`${asked.length} keys were given ${values.length} values`);
    for (const [i, { resolve }] of asked.entries()) resolve(values[i] as Value);
  } catch (reason) {
    for (const { reject } of asked) reject(reason);
  }
}
