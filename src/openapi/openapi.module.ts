import { Module } from '@nestjs/common';
import { ApiDocument } from './api-document.service';
import { DocsController } from './docs.controller';

/** The API as a document for machines and as a page for people, made from what the routes say of themselves. */
@Module({ controllers: [DocsController], providers: [ApiDocument], exports: [ApiDocument] })
export class OpenApiModule {}
