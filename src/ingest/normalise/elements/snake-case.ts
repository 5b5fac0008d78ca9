/**
 * A word of the app in one spelling: `InBed`, `In Bed` and `inBed` are `in_bed`. Letters of every language stay, and a
 * text without any letter or digit stays as it is.
 */
export function snakeCase(text: string): string {
  const snake = text
    .normalize('NFC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
  return snake === '' ? text : snake;
}
