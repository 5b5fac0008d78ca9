import { PassThrough, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { DatabaseService } from '../../database/database.service';
import type { Identity } from '../../identity/identity';
import { writeAuditEntry } from '../../identity/write-audit-entry';
import { ExportAccount } from './export-account';
import { ExportReader } from './export-reader.service';
import type { ExportRequest } from './export-request';
import { ExportSlots } from './export-slots';
import { feed } from './feed';
import { fileOf } from './file-of-format';
import { renderExport } from './render-export';
import { StallGuard } from './stall-guard';
import { zipFamilies } from './zip-families';

/** Fast enough to keep up with the database, and still a quarter of the bytes. */
const gzipLevel = 1;

/** An export on its way. */
export interface OpenExport {
  readonly bytes: Readable;
  readonly contentType: string;
  /** Without a dot. */
  readonly extension: string;
  /** `gzip` when the bytes are compressed for the way. */
  readonly contentEncoding: 'gzip' | undefined;
  /** Complete when the bytes have ended. */
  readonly account: ExportAccount;
}

/** Writes everything of a user as a stream. */
@Injectable()
export class ExportService implements OnModuleDestroy {
  private readonly logger = new Logger(ExportService.name);
  private readonly slots: ExportSlots;
  private readonly open = new Set<Readable>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: DatabaseService,
    private readonly reader: ExportReader,
  ) {
    this.slots = new ExportSlots(settings.exportConcurrency);
  }

  /** Exports under way are broken off when the service stops: they can take longer than a stop may. */
  onModuleDestroy(): void {
    for (const stream of this.open) stream.destroy(new Error('the service stops'));
  }

  /**
   * Begins an export. Before the first byte `data.exported` is noted in the audit log. Memory does not grow with what
   * there is: pages are read as the bytes are taken. The stream fails when the database does, when nothing is taken for
   * `EXPORT_STALL_TIMEOUT_MS`, and when the service stops; it must be destroyed when it is not read to its end.
   *
   * Errors: rejects with Problem 503 `export_busy`.
   */
  async start(identity: Identity, request: ExportRequest, acceptsGzip: boolean): Promise<OpenExport> {
    const release = this.slots.take(identity.userId);
    try {
      await this.noteInAuditLog(identity, request);
    } catch (error) {
      release();
      throw error;
    }
    const opened = this.compose(request, acceptsGzip);
    const { bytes } = opened;
    this.open.add(bytes);
    bytes.once('close', () => {
      this.open.delete(bytes);
      release();
    });
    // The headers are out by then: the server cuts the connection, and all that is left is to say so.
    bytes.on('error', (err) => this.logger.warn({ err }, 'an export was broken off'));
    return opened;
  }

  private compose(request: ExportRequest, acceptsGzip: boolean): OpenExport {
    const { families } = request;
    const account = new ExportAccount(families);
    const { writer, contentType, extension } = fileOf(request);
    const isZip = extension === 'zip';
    const isGzip = acceptsGzip && !isZip;
    const output = isGzip ? createGzip({ level: gzipLevel }) : new PassThrough();
    const guard = new StallGuard(this.settings.exportStallTimeoutMs, () =>
      output.destroy(new Error('the client took nothing for too long')),
    );
    const render = (of: ExportRequest['families']): Readable =>
      Readable.from(guard.watch(renderExport(this.reader, writer, account, request, of)), { objectMode: false });
    if (isZip) zipFamilies(output, families, render, account);
    else feed(render(families), output);
    return { bytes: output, account, contentType, extension, contentEncoding: isGzip ? 'gzip' : undefined };
  }

  private noteInAuditLog({ userId, keyId }: Identity, { format, families }: ExportRequest): Promise<void> {
    return this.database.inEntityTransaction([userId], (tx) =>
      writeAuditEntry(tx, { userId, actor: keyId, action: 'data.exported', details: { format, families } }),
    );
  }
}
