import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Param, Redirect, StreamableFile } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Problem } from '../common/problem';
import { Public } from '../identity/route-access.decorator';
import { ApiDocument } from './api-document.service';

/** The files of Swagger UI that the page needs, with their types; no other is served. */
const files: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** Starts the page; Swagger UI has dark colours, but does not ask by itself whether they are wanted. */
const script = `const dark = matchMedia('(prefers-color-scheme: dark)');
const setColours = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', setColours);
setColours();
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, tryItOutEnabled: true });
`;

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Health Export API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>body { margin: 0 } .swagger-ui .servers > label select { min-width: 0; max-width: 100% }</style>
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Nothing from elsewhere, and no script within the page; Swagger UI sets styles and pictures of its own. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/** The API document and a page that shows it; for everybody, since they hold nothing of anybody. */
@Controller()
export class DocsController {
  private readonly folder = dirname(require.resolve('swagger-ui-dist/package.json'));

  constructor(private readonly document: ApiDocument) {}

  /** Who opens the address that was told at the start is led to the page. */
  @Get()
  @Public()
  @ApiExcludeEndpoint()
  @Redirect('/docs', 302)
  leadToPage(): void {}

  /** The OpenAPI 3.1 document. */
  @Get('openapi.json')
  @Public()
  @ApiExcludeEndpoint()
  getDocument(): object {
    return this.document.get();
  }

  /** The page. */
  @Get('docs')
  @Public()
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  getPage(): string {
    return page;
  }

  /** What the page is made of. Errors: throws Problem 404 `not_found` for anything else. */
  @Get('docs/:file')
  @Public()
  @ApiExcludeEndpoint()
  @Header('cache-control', 'public, max-age=3600')
  getFile(@Param('file') file: string): StreamableFile {
    if (file === 'start.js') return new StreamableFile(Buffer.from(script), { type: 'text/javascript; charset=utf-8' });
    const type = files.get(file);
    if (type === undefined) throw new Problem(404, 'not_found', 'There is nothing at this address.');
    return new StreamableFile(createReadStream(join(this.folder, file)), { type });
  }
}
