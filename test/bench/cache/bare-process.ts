import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context';

/** Starts the bare framework, answering with this many bytes, as a process of its own; `context` stops it. */
export async function startBareService(context: BenchContext, bodyBytes: number): Promise<{ readonly port: number }> {
  const child = fork(join(__dirname, 'bare-service.js'), [String(bodyBytes)], {
    execArgv: ['--max-semi-space-size=32'],
    env: { ...process.env, NODE_ENV: 'production' },
    detached: true,
  });
  context.atEnd(() => {
    if (child.connected) child.disconnect();
  });
  const [{ ready: port }] = (await once(child, 'message')) as [{ ready: number }];
  return { port };
}
