const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number for people: whole from 100 on, else with two digits that count; thousands apart. */
export function numberText(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Bytes for people: `12.5 MiB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${numberText(bytes / 1024 ** power)} ${units[power]}`;
}

/** A share of 0 to 1 for people: `12 %`. */
export function shareText(share: number): string {
  return `${numberText(Math.round(share * 1000) / 10)} %`;
}

/** A statement on one line, short enough to be read. */
export function statementText(text: string, maxCharacters = 300): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}…` : line;
}

/** All of these added up. */
export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** A name as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
