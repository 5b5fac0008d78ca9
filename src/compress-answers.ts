import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Answers shorter than this are sent as they are: they fit into a packet or two. */
const minBytes = 2048;

/** Brotli's default of 11 takes seconds for a megabyte; 4 is as fast as gzip and smaller. */
const brotliQuality = 4;

/** Answers that come compressed as they were sent, or must not be held up. */
const excluded = /^\/v1\/ingest|\/raw$/;

/** Compresses large answers that are read back, for clients that accept br or gzip. To be done before there are routes. */
export async function compressAnswers(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    const isRead = [route.method].flat().includes('GET') && route.url.startsWith('/v1/') && !excluded.test(route.url);
    if (isRead) route.compress = {};
  });
  await app.register(compress, {
    global: false,
    threshold: minBytes,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } },
  });
}
