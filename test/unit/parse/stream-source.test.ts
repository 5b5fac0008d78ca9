import { describe, expect, it } from 'vitest';
import { StreamSource } from '../../../src/ingest/parse/stream-source';

const bytes = Buffer.from('0123456789abcdefghij');

/** A stream of pieces that tells how many were pulled and whether it was ended. */
class Pieces {
  pulled = 0;
  isEnded = false;

  constructor(private readonly sizes: readonly number[]) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      let at = 0;
      for (const size of this.sizes) {
        this.pulled++;
        await Promise.resolve();
        yield bytes.subarray(at, at + size);
        at += size;
      }
    } finally {
      this.isEnded = true;
    }
  }
}

describe('StreamSource', () => {
  it.each([[[20]], [[1, 1, 1, 17]], [[0, 7, 0, 6, 7, 0]], [Array.from({ length: 20 }, () => 1)]])(
    'reads ranges out of pieces of %j bytes',
    async (sizes) => {
      const source = new StreamSource(new Pieces(sizes));
      const read: string[] = [];
      for (const [start, end] of [
        [0, 3],
        [3, 4],
        [9, 16],
        [17, 17],
        [17, 20],
      ] as const) {
        read.push((await source.read(start, end)).toString());
      }
      expect(read).toEqual(['012', '3', '9abcdef', '', 'hij']);
    },
  );

  it('pulls a piece only when a range needs it', async () => {
    const pieces = new Pieces([5, 5, 5, 5]);
    const source = new StreamSource(pieces);
    expect(pieces.pulled).toBe(0);
    await source.read(0, 2);
    expect(source.read(2, 5)).toBeInstanceOf(Buffer);
    expect(pieces.pulled).toBe(1);
    await source.read(6, 10);
    expect(pieces.pulled).toBe(2);
  });

  it('refuses to go back', async () => {
    const source = new StreamSource(new Pieces([20]));
    await source.read(4, 8);
    expect(() => source.read(7, 9)).toThrow(RangeError);
  });

  it('rejects when the stream is shorter than what is to be read', async () => {
    await expect(new StreamSource(new Pieces([6, 4])).read(8, 12)).rejects.toThrow('ends at byte 10, before byte 12');
  });

  it('ends the stream when it is closed before its end', async () => {
    const pieces = new Pieces([5, 15]);
    const source = new StreamSource(pieces);
    await source.read(0, 2);
    expect(pieces.isEnded).toBe(false);
    await source.close();
    expect(pieces.isEnded).toBe(true);
  });
});
