import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { register } from 'prom-client';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';

function countNothing(): void {}

/**
 * Whether anything is counted and timed. It is, except where a benchmark asks what that costs: then whoever would take
 * the time asks here first, and what is recorded all the same is lost.
 */
@Injectable()
export class Measuring implements OnApplicationBootstrap {
  readonly isOn: boolean;

  constructor(@Inject(SETTINGS) { measure }: Settings) {
    this.isOn = measure === 'on';
  }

  onApplicationBootstrap(): void {
    if (this.isOn) return;
    for (const metric of register.getMetricsAsArray())
      Object.assign(metric, { inc: countNothing, observe: countNothing });
  }
}
