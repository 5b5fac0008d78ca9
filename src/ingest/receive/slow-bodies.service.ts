import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { OverloadService } from '../../overload/overload.service';
import { SlowBodies } from './slow-bodies';

/** How often the bodies are looked at in the time in which they must come on. */
const checksPerPeriod = 5;

/** The bodies that are on their way to this process. */
@Injectable()
export class SlowBodiesService implements OnModuleInit, OnApplicationShutdown {
  readonly bodies: SlowBodies;
  private readonly periodMs: number;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(SETTINGS) { bodyProgressBytes: progressBytes, bodyProgressMs: progressMs }: Settings,
    private readonly overload: OverloadService,
  ) {
    this.bodies = new SlowBodies({ progressBytes, progressMs });
    this.periodMs = progressMs / checksPerPeriod;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.check(), this.periodMs).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private check(): void {
    for (let refused = this.bodies.check(); refused > 0; refused--) this.overload.note('slow_body');
  }
}
