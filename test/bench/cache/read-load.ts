import { readFileSync } from 'node:fs';
import { KeepAliveClient } from '../load/keep-alive-client';

/** Reads in a closed loop, as they are written to a file for their process. */
export interface ReadPlan {
  readonly port: number;
  /** Heads of requests, whole; each connection sends one after another of them. */
  readonly heads: readonly string[];
  readonly connections: number;
  readonly durationMs: number;
}

/** What became of them. */
export interface ReadReport {
  readonly requestsPerS: number;
  readonly errors: number;
  /** Bytes of the last body. */
  readonly bodyBytes: number;
}

const noBody = Buffer.alloc(0);

async function run(plan: ReadPlan): Promise<ReadReport> {
  const { heads } = plan;
  let [answers, errors, bodyBytes, open] = [0, 0, 0, plan.connections];
  const startMs = performance.now();
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  const leave = (client: KeepAliveClient): void => {
    client.close();
    if (--open === 0) end();
  };
  const clients = Array.from(
    { length: plan.connections },
    (_, index) =>
      new KeepAliveClient(
        plan.port,
        {
          answered: (client, status, body) => {
            answers++;
            if (status !== 200) errors++;
            bodyBytes = Buffer.byteLength(body);
            if (performance.now() - startMs > plan.durationMs) leave(client);
            else client.send(heads[answers % heads.length] as string, noBody);
          },
          broken: (client) => {
            errors++;
            leave(client);
          },
        },
        index,
      ),
  );
  await Promise.all(clients.map((client) => client.connect()));
  for (const [i, client] of clients.entries()) client.send(heads[i % heads.length] as string, noBody);
  await done;
  return { requestsPerS: (answers / (performance.now() - startMs)) * 1000, errors, bodyBytes };
}

process.once('message', () => {
  const plan = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as ReadPlan;
  void run(plan).then((report) => process.send?.({ report }, () => process.disconnect()));
});
process.send?.({ ready: true });
