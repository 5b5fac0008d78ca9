import { getHeapStatistics } from 'node:v8';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FiguresRegistry } from './figures-registry';
import type { MemoryUse } from './process-figures';

/** Above this a "limit" of the control group is Node's way to say that there is none. */
const absurdLimitBytes = 2 ** 50;

/** The limit of the control group that this process runs in, in bytes; null without one. */
export function memoryLimitBytes(): number | null {
  const limitBytes = process.constrainedMemory();
  return limitBytes > 0 && limitBytes < absurdLimitBytes ? limitBytes : null;
}

/** Tells how much memory the process took at most. */
@Injectable()
export class MemoryFigures implements OnModuleInit {
  private peakHeapBytes = 0;

  constructor(private readonly figures: FiguresRegistry) {}

  onModuleInit(): void {
    this.figures.register('memory', () => this.read());
  }

  private read(): MemoryUse {
    const { heap_size_limit: heapLimitBytes, used_heap_size: heapBytes } = getHeapStatistics();
    this.peakHeapBytes = Math.max(this.peakHeapBytes, heapBytes);
    return {
      uptimeS: process.uptime(),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      limitBytes: memoryLimitBytes(),
      peakHeapBytes: this.peakHeapBytes,
      heapLimitBytes,
    };
  }
}
