import { Readable } from 'node:stream';
import { getHeapSnapshot, getHeapStatistics } from 'node:v8';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { memoryLimitBytes } from '../../monitoring/memory-figures';
import { cpuProfileText, recordCpuProfile } from './cpu-profile';

/** A snapshot lists every object of the heap beside the heap: it took 1.1 to 1.6 times as much when tried. */
const snapshotFactor = 2;

/** The process goes on working while a snapshot is sent. */
const spareBytes = 64 * 1024 ** 2;

/** A larger heap stands still for more than some 10 s while it is walked through, and probes would end the process. */
const maxHeapBytes = 1024 ** 3;

/** What a profile is asked for with. */
export interface ProfileRequest {
  readonly kind: 'cpu' | 'heap';
  /** For `cpu` only. */
  readonly seconds: number;
}

/** A profile on its way, with the end of the name of the file that Chrome takes it for. */
export interface Profile {
  readonly bytes: Readable;
  readonly extension: 'cpuprofile' | 'heapsnapshot';
}

/** Memory that this process may still take, in bytes. */
function freeMemoryBytes(): number {
  const limitBytes = memoryLimitBytes();
  const freeBytes = process.availableMemory();
  return limitBytes === null ? freeBytes : Math.min(freeBytes, limitBytes - process.memoryUsage.rss());
}

/** Makes profiles of this process, one at a time. */
@Injectable()
export class ProfilerService {
  private isBusy = false;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /**
   * Makes a profile; the signal ends one of the processor early. The next one can be made when its bytes were read or
   * given up.
   *
   * Errors: rejects with Problem 400 `seconds_invalid`, 409 `profile_running`, 503 `memory_short` (a snapshot alone).
   */
  async make({ kind, seconds }: ProfileRequest, signal: AbortSignal): Promise<Profile> {
    const { profileMaxS } = this.settings;
    if (kind === 'cpu' && seconds > profileMaxS) {
      throw new Problem(400, 'seconds_invalid', `seconds is ${profileMaxS} at most.`);
    }
    if (this.isBusy) throw new Problem(409, 'profile_running', 'Another profile is being made; one at a time.');
    this.isBusy = true;
    try {
      const profile = kind === 'cpu' ? await this.makeCpu(seconds, signal) : this.makeHeap();
      profile.bytes.once('close', () => {
        this.isBusy = false;
      });
      return profile;
    } catch (error) {
      this.isBusy = false;
      throw error;
    }
  }

  private async makeCpu(seconds: number, signal: AbortSignal): Promise<Profile> {
    const profile = await recordCpuProfile(seconds * 1000, signal);
    return { bytes: Readable.from(cpuProfileText(profile)), extension: 'cpuprofile' };
  }

  private makeHeap(): Profile {
    const heapBytes = getHeapStatistics().used_heap_size;
    const neededBytes = heapBytes * snapshotFactor + spareBytes;
    if (heapBytes > maxHeapBytes || neededBytes > freeMemoryBytes()) {
      const detail = 'A snapshot takes twice the memory of the heap, and that is not there.';
      throw new Problem(503, 'memory_short', detail, { retryAfterS: 60 });
    }
    // The inspector gives the same bytes, but all at once and whether anybody takes them or not.
    return { bytes: getHeapSnapshot(), extension: 'heapsnapshot' };
  }
}
