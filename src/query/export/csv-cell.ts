/** What a spreadsheet takes for the beginning of a formula, also in full width. Source: OWASP, "CSV Injection". */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
const needsQuotes = /[",\r\n]/;

/**
 * A text as a cell: an apostrophe before one that a spreadsheet would run as a formula, and quotes where RFC 4180 wants
 * them.
 */
export function csvText(text: string): string {
  const harmless = formulaStart.test(text) ? `'${text}` : text;
  return needsQuotes.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
