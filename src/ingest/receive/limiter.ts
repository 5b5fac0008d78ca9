import { Transform, type TransformCallback } from 'node:stream';
import { bodyTooLarge } from './check-body-headers';

/** Passes chunks on and fails with a 413 problem at the first byte beyond the limit. */
export class Limiter extends Transform {
  bytes = 0;

  constructor(private readonly limitBytes: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limitBytes) done(bodyTooLarge(this.limitBytes));
    else done(null, chunk);
  }
}
