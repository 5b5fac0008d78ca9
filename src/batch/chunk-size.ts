import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { FiguresRegistry } from '../monitoring/figures-registry';
import { MonitoringService } from '../monitoring/monitoring.service';
import { ChunkTuner } from './chunk-tuner';

/** The rows of a statement, found while running: larger or smaller as that writes more rows a second. */
@Injectable()
export class ChunkSize implements OnModuleInit {
  private readonly tuner: ChunkTuner;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly monitoring: MonitoringService,
    private readonly figures: FiguresRegistry,
  ) {
    const { chunkRows, chunkRowsMin, chunkRowsMax } = settings;
    this.tuner = new ChunkTuner({ startRows: chunkRows, minRows: chunkRowsMin, maxRows: chunkRowsMax });
  }

  onModuleInit(): void {
    this.figures.register('chunks', () => this.tuner.read());
    this.monitoring.registerGauge(
      { name: 'ingest_chunk_rows', help: 'Most rows that one statement writes now.' },
      () => this.rows,
    );
  }

  /** Most rows a statement, now. */
  get rows(): number {
    return this.tuner.rows;
  }

  /** Takes note of a chunk that was written. */
  note(rows: number, elapsedMs: number): void {
    this.tuner.note(rows, elapsedMs);
  }
}
