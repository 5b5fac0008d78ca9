import { z } from 'zod';

/**
 * One setting of the service: everything that is known about it, as data.
 *
 * Shape: `schema` turns the text of the environment variable into the value; `expects` completes the sentence
 * "NAME must be …"; `defaultValue` is what holds when the variable is absent or empty (`undefined`: the setting is
 * optional). A `secret` is never printed and can also be given as a file, by the name `<NAME>_FILE`.
 */
export interface Setting<T> {
  readonly name: string;
  readonly schema: z.ZodType<T, string>;
  readonly expects: string;
  readonly defaultValue: T;
  readonly unit: string | undefined;
  readonly secret: boolean;
  readonly description: string;
}

/** What every kind of setting is described with, whatever its type. */
interface Description {
  readonly description: string;
  readonly unit?: string;
}

/** Defines a whole number between two bounds, both included. Digits only: no units, no exponents, no fractions. */
export function integerSetting(
  name: string,
  defaultValue: number,
  { min, max, unit, description }: Description & { readonly min: number; readonly max: number },
): Setting<number> {
  const schema = z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max));
  const expects = `a whole number from ${min} to ${max}`;
  return { name, schema, expects, defaultValue, unit, secret: false, description };
}

/** Defines a text of 1 to `maxLength` characters without control characters. */
export function textSetting(
  name: string,
  defaultValue: string,
  { maxLength, description }: Description & { readonly maxLength: number },
): Setting<string> {
  const schema = z
    .string()
    .max(maxLength)
    .regex(/^\P{Cc}+$/u);
  const expects = `a text of 1 to ${maxLength} characters`;
  return { name, schema, expects, defaultValue, unit: undefined, secret: false, description };
}

/** Defines a choice from a closed list of words. */
export function choiceSetting<const T extends string>(
  name: string,
  defaultValue: NoInfer<T>,
  { choices, description }: Description & { readonly choices: readonly T[] },
): Setting<T> {
  const expects = `one of ${choices.join(', ')}`;
  return { name, schema: z.enum(choices), expects, defaultValue, unit: undefined, secret: false, description };
}

/** Defines an optional URL with one of the given schemes (`postgres`, not `postgres:`). */
export function urlSetting(
  name: string,
  { schemes, secret, description }: Description & { readonly schemes: readonly string[]; readonly secret: boolean },
): Setting<string | undefined> {
  const schema = z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)));
  const expects = `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return { name, schema, expects, defaultValue: undefined, unit: undefined, secret, description };
}

/** Defines an optional secret text of at least `minLength` characters. */
export function secretSetting(
  name: string,
  { minLength, description }: Description & { readonly minLength: number },
): Setting<string | undefined> {
  const expects = `a secret of at least ${minLength} characters`;
  return {
    name,
    schema: z.string().min(minLength),
    expects,
    defaultValue: undefined,
    unit: undefined,
    secret: true,
    description,
  };
}
