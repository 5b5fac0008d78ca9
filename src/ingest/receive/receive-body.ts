import type { IncomingMessage } from 'node:http';
import { finished, PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Problem } from '../../common/problem';
import { BodySink, type SinkOptions } from './body-sink';
import type { BodyHeaders, BodyLimits } from './check-body-headers';
import { Limiter } from './limiter';
import type { ReceivedBody } from './received-body';
import type { SlowBodies } from './slow-bodies';

/** Chunks of 64 KiB: with zlib's 16 KiB a bomb costs four times as many turns of the event loop. */
const inflateOptions = { chunkSize: 64 * 1024 };

function incomplete(): Problem {
  return new Problem(400, 'body_incomplete', 'The connection ended before the body was complete.');
}

function encodingBroken(): Problem {
  return new Problem(400, 'encoding_broken', 'The body is not what its Content-Encoding says.');
}

function problemOf(reason: unknown, stream: Readable): unknown {
  if (reason instanceof Problem) return reason;
  if (stream.errored !== null || (stream.destroyed && !stream.readableEnded)) return incomplete();
  const code = (reason as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') return new Problem(400, 'body_truncated', 'The compressed body ends too early.');
  return /^(Z_|ERR_|BROTLI)/.test(code) ? encodingBroken() : reason;
}

/**
 * Collects a plain body whose length the headers tell, and which is small. The usual case has a way of its own, because
 * streams around streams cost more than all the rest of a small request.
 */
function collect(stream: IncomingMessage, slowBodies: SlowBodies): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed) {
      // Its client was gone before its key was looked up: nothing more will be told of it.
      reject(incomplete());
      return;
    }
    const chunks: Buffer[] = [];
    const unwatch = slowBodies.watch(stream, reject);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => {
      unwatch();
      resolve(chunks);
    });
    stream.on('error', () => reject(incomplete()));
    // It closes after its end as well; making an error costs more than all the rest here.
    stream.once('close', () => {
      if (stream.readableEnded) return;
      unwatch();
      reject(incomplete());
    });
  });
}

/** Passes the body through all stages into the sink. */
async function stream(
  request: IncomingMessage,
  headers: BodyHeaders,
  limits: BodyLimits,
  sink: BodySink,
  slowBodies: SlowBodies,
): Promise<void> {
  const { contentEncoding } = headers;
  const inflated = new Limiter(limits.maxBodyBytes);
  // Not the request itself, which a pipeline that fails would destroy: the reply has yet to go out on its socket.
  const source = new PassThrough();
  const stopWatching = finished(request, { writable: false }, (error) => {
    if (error) source.destroy(error);
  });
  const unwatch = slowBodies.watch(request, (problem) => source.destroy(problem));
  // What the sink refuses aborts the other stages, and of several faults a pipeline may tell another one.
  let refusal: unknown;
  const taken = (taking: Promise<void>): Promise<void> =>
    taking.catch((reason: unknown) => {
      refusal ??= reason;
      throw reason;
    });
  const takeAll = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) await taken(sink.take(chunk));
  };
  try {
    request.pipe(source);
    if (contentEncoding === 'identity') {
      await pipeline(source, inflated, takeAll);
      return;
    }
    const sent = new Limiter(limits.maxCompressedBodyBytes);
    const inflate = contentEncoding === 'gzip' ? createGunzip(inflateOptions) : createBrotliDecompress(inflateOptions);
    const keep = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        await taken(sink.takeSent(chunk));
        yield chunk;
      }
    };
    await pipeline(source, sent, keep, inflate, inflated, takeAll);
    // Of bytes after its end the inflater does not say anything: it only leaves them.
    if (sent.bytes > inflate.bytesWritten) throw encodingBroken();
  } catch (reason) {
    const problem = refusal ?? problemOf(reason, request);
    // What still comes is thrown away: a client that reads only after it has sent everything must get that far.
    request.unpipe(source).resume();
    throw problem;
  } finally {
    unwatch();
    stopWatching();
  }
}

/**
 * Receives a body, inflates it, counts and hashes it; a large one is stored while it arrives. Nothing is kept of a body
 * that is refused.
 *
 * Errors: rejects with a 413 problem at the first byte beyond a limit, with a 503 problem when the process holds too
 * much, with a 408 problem when the body hardly moves, and with a 400 problem for a broken compression or a body that did
 * not arrive whole.
 */
export async function receiveBody(
  request: IncomingMessage,
  headers: BodyHeaders,
  limits: BodyLimits,
  options: SinkOptions,
  slowBodies: SlowBodies,
): Promise<ReceivedBody> {
  const sink = new BodySink(headers, options);
  const announcedBytes = Number(request.headers['content-length'] ?? Number.NaN);
  try {
    if (headers.contentEncoding === 'identity' && announcedBytes <= options.inlineBodyBytes) {
      for (const chunk of await collect(request, slowBodies)) await sink.take(chunk);
    } else await stream(request, headers, limits, sink, slowBodies);
    return await sink.finish();
  } catch (reason) {
    await sink.discard();
    throw reason;
  }
}
