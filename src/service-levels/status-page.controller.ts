import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Problem } from '../common/problem';
import { Public } from '../identity/route-access.decorator';

/** What the page is made of, with the types; no other file is served. */
const types: ReadonlyMap<string, string> = new Map([
  ['status.html', 'text/html; charset=utf-8'],
  ['status.css', 'text/css; charset=utf-8'],
  ['status.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
]);

/** Files of its own and nothing else: no script or style within the page, no frame, and no form that is sent. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function readFile(name: string): string {
  return readFileSync(join(__dirname, 'page', name), 'utf8');
}

/** `/status`, a page that shows `/v1/service-levels`. It holds no figures itself, so that anybody may have it. */
@Controller('status')
export class StatusPageController {
  private readonly files: ReadonlyMap<string, string> = new Map(
    [...types.keys()].map((name) => [name, readFile(name)] as const),
  );

  /** The page. */
  @Get()
  @Public()
  @ApiExcludeEndpoint()
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-cache')
  getPage(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.give('status.html', reply);
  }

  /** What the page is made of. Errors: throws Problem 404 `not_found` for anything else. */
  @Get(':file')
  @Public()
  @ApiExcludeEndpoint()
  @Header('cache-control', 'no-cache')
  getFile(@Param('file') file: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.give(file, reply);
  }

  private give(name: string, reply: FastifyReply): string {
    const text = this.files.get(name);
    if (text === undefined) throw new Problem(404, 'not_found', 'There is nothing at this address.');
    void reply.type(types.get(name) as string);
    return text;
  }
}
