import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { readVersion } from '../common/read-version';
import { describeTags } from './api-tags';

const description = `Receives what the iOS app Health Auto Export sends and reads it back, always of the key's own user only.
Errors are \`application/problem+json\` with a stable \`code\`.`;

/** The first word of each address below the version, as the document groups routes: `/v1/sleep/segments` is of `sleep`. */
function tagOf(path: string): string {
  const [first = '', second = ''] = path.split('/').slice(1);
  return first === 'v1' ? second : 'service';
}

/** The OpenAPI 3.1 document of every route of the application. */
@Injectable()
export class ApiDocument {
  private document: OpenAPIObject | null = null;

  /** Makes the document from the routes of an application; to be called once, when all modules are there. */
  build(app: INestApplication): void {
    const head = new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('Health Export')
      .setVersion(readVersion())
      .setDescription(description)
      .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
      .addServer('/', 'The service that serves this document')
      .addSecurity('key', {
        type: 'http',
        scheme: 'bearer',
        description: 'An API key. The headers X-API-Key and api-key take the bare key as well.',
      })
      .build();
    const document = SwaggerModule.createDocument(app, head, { autoTagControllers: false });
    const tags = new Set<string>();
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        operation.tags = [tagOf(path)];
        operation.operationId = `${method}${path.replace(/[^a-z0-9]+(.)?/gi, (_, next = '') => String(next).toUpperCase())}`;
        // A route that asks for no key says so, instead of leaving it open.
        operation.security ??= [];
        tags.add(tagOf(path));
      }
    }
    this.document = { ...document, tags: describeTags(tags) };
  }

  /** The document. Errors: throws before {@link build}. */
  get(): OpenAPIObject {
    if (this.document === null) throw new Error('the API document has not been built');
    return this.document;
  }
}
