/**
 * Whether an `Accept-Encoding` header (RFC 9110, 12.5.3) allows an encoding: it is named, or `*` is, with a weight
 * above 0. Without the header only what is not encoded is safe: clients that inflate say so.
 */
export function acceptsEncoding(header: string | undefined, encoding: string): boolean {
  if (encoding === 'identity') return true;
  const weights = new Map<string, number>();
  for (const item of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
}
