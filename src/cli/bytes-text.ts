const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

function powerOf(bytes: number): number {
  // One that would be rounded up to a thousand is told in the next unit.
  const power = bytes < 1 ? 0 : Math.floor(Math.log10(bytes * 1.0005) / 3);
  return Math.min(units.length - 1, power);
}

function inUnit(bytes: number, power: number): string {
  const value = bytes / 1000 ** power;
  return value.toFixed(power === 0 || value >= 100 ? 0 : 1);
}

/** Bytes for people, in thousands as files are told elsewhere: `812 bytes`, `1.2 kB`, `104 MB`. */
export function bytesText(bytes: number): string {
  const power = powerOf(bytes);
  return `${inUnit(bytes, power)} ${units[power]}`;
}

/** Some bytes of all, in the unit of all: `0.4/1.2 kB`. */
export function bytesOfText(done: number, total: number): string {
  const power = powerOf(total);
  return `${inUnit(done, power)}/${inUnit(total, power)} ${units[power]}`;
}
