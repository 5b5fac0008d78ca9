import { expect } from 'vitest';
import type { OpenQuery } from './open-query';

/** The id of a test's thing, by number. */
export function thingId(number: number): string {
  return `0190a5b2-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** Reads a list one item a page and gives the ids, or whatever `key` is. */
export async function readIds(query: OpenQuery, path: string, list: string, key = 'id'): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ids.length < 20; ) {
    const { status, body } = await query.get(`${path}${path.includes('?') ? '&' : '?'}limit=1${cursor}`);
    expect(status).toBe(200);
    ids.push(...body[list].map((item: Record<string, string>) => item[key]));
    if (body.nextCursor === null) return ids;
    cursor = `&cursor=${body.nextCursor}`;
  }
  throw new Error('there is no end');
}
