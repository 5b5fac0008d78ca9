const pattern = /^(?!\s)\P{Cc}{1,100}(?<!\s)$/u;

/** True for what a user or a key may be called: 1 to 100 characters, none a control character, no space at the ends. */
export function isName(text: string): boolean {
  return pattern.test(text);
}
