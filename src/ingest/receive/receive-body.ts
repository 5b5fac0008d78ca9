import { createHash } from 'node:crypto';
import { finished, PassThrough, type Readable, Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Problem } from '../../common/problem';
import type { BodyAllowance } from './body-budget';
import { type BodyHeaders, type BodyLimits, bodyTooLarge } from './check-body-headers';

/** A body that has arrived whole. */
export interface ReceivedBody extends BodyHeaders {
  /** Inflated. */
  readonly bytes: Buffer;
  /** As the client compressed it; null when it did not. */
  readonly compressed: Buffer | null;
  /** Length as sent. */
  readonly sentBytes: number;
  /** SHA-256 of the inflated bytes. */
  readonly sha256: Buffer;
}

/** Passes chunks on and fails at the first byte beyond the limit (413) or what the process can hold (503). */
class Limiter extends Transform {
  bytes = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly allowance?: BodyAllowance,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limitBytes) {
      done(bodyTooLarge(this.limitBytes));
      return;
    }
    try {
      this.allowance?.take(chunk.length);
      done(null, chunk);
    } catch (problem) {
      done(problem as Error);
    }
  }
}

/** Keeps every chunk. */
class Collector extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  all(): Buffer {
    return this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
  }
}

/** Chunks of 64 KiB: with zlib's 16 KiB a bomb costs four times as many turns of the event loop. */
const inflateOptions = { chunkSize: 64 * 1024 };

interface Stages {
  readonly stages: readonly Transform[];
  readonly inflated: Limiter;
  readonly compressed: readonly Buffer[] | null;
  /** How many bytes were sent after the end of what was compressed, once all have passed. */
  readonly surplusBytes: () => number;
}

/** Stages between what is sent and what is kept, and what they know of it afterwards. */
function createStages({ contentEncoding }: BodyHeaders, limits: BodyLimits, allowance: BodyAllowance): Stages {
  const inflated = new Limiter(limits.maxBodyBytes, allowance);
  if (contentEncoding === 'identity') return { stages: [inflated], inflated, compressed: null, surplusBytes: () => 0 };
  const sent = new Limiter(limits.maxCompressedBodyBytes);
  const compressed: Buffer[] = [];
  sent.on('data', (chunk: Buffer) => compressed.push(chunk));
  const inflate = contentEncoding === 'gzip' ? createGunzip(inflateOptions) : createBrotliDecompress(inflateOptions);
  // Of bytes after its end the inflater does not say anything: it only leaves them.
  const surplusBytes = () => sent.bytes - inflate.bytesWritten;
  return { stages: [sent, inflate, inflated], inflated, compressed, surplusBytes };
}

function problemOf(reason: unknown, stream: Readable): unknown {
  if (reason instanceof Problem) return reason;
  if (stream.errored !== null || (stream.destroyed && !stream.readableEnded)) {
    return new Problem(400, 'body_incomplete', 'The connection ended before the body was complete.');
  }
  const code = (reason as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') return new Problem(400, 'body_truncated', 'The compressed body ends too early.');
  return /^(Z_|ERR_|BROTLI)/.test(code) ? encodingBroken() : reason;
}

function encodingBroken(): Problem {
  return new Problem(400, 'encoding_broken', 'The body is not what its Content-Encoding says.');
}

/**
 * Receives a body, inflates it, counts and hashes it. Nothing is kept of a body that is refused.
 *
 * Errors: rejects with a 413 problem at the first byte beyond a limit, as `allowance` does when the process holds too
 * much, and with a 400 problem for a broken compression or a body that did not arrive whole.
 */
export async function receiveBody(
  stream: Readable,
  headers: BodyHeaders,
  limits: BodyLimits,
  allowance: BodyAllowance,
): Promise<ReceivedBody> {
  const { stages, inflated, compressed, surplusBytes } = createStages(headers, limits, allowance);
  const hash = createHash('sha256');
  inflated.on('data', (chunk: Buffer) => hash.update(chunk));
  const collector = new Collector();
  // Not the stream itself, which a pipeline that fails would destroy: the reply has yet to go out on its socket.
  const source = new PassThrough();
  const stopWatching = finished(stream, { writable: false }, (error) => {
    if (error) source.destroy(error);
  });
  try {
    await pipeline([stream.pipe(source), ...stages, collector]);
  } catch (reason) {
    const problem = problemOf(reason, stream);
    // What still comes is thrown away: a client that reads only after it has sent everything must get that far.
    stream.unpipe(source).resume();
    throw problem;
  } finally {
    stopWatching();
  }
  if (surplusBytes() > 0) throw encodingBroken();
  const bytes = collector.all();
  const asSent = compressed === null ? null : Buffer.concat(compressed);
  return { ...headers, bytes, compressed: asSent, sentBytes: asSent?.length ?? bytes.length, sha256: hash.digest() };
}
