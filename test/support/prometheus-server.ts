import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { findFreePort } from '../../src/embedded/free-port';
import { projectRoot } from './project-root';
import { findPrometheus } from './prometheus-program';
import { until } from './until';

/** One series of an answer, with its value at the moment that was asked for. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly resultType: 'vector' | 'scalar';
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] | [number, string];
  };
}

const folder = join(projectRoot, 'docker', 'prometheus');

/** A file of the project with all that happens every 15 s or every minute happening every second. */
async function hastened(name: string): Promise<string> {
  return (await readFile(join(folder, name), 'utf8')).replace(/^(\s*\w*interval): \w+$/gm, '$1: 1s');
}

/** A Prometheus of one's own, with the configuration and the rules of the project, that scrapes one port. */
export class PrometheusServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly dataDir: string,
    private readonly url: string,
  ) {}

  /** One that answers. Its data is in a folder of its own, which is gone afterwards. */
  static async start(port: number): Promise<PrometheusServer> {
    const { prometheus } = await findPrometheus();
    const dataDir = await mkdtemp(join(tmpdir(), 'health-export-prometheus-'));
    const config = parse(await hastened('prometheus.yaml'));
    const ruleFiles: readonly string[] = config.rule_files;
    await mkdir(join(dataDir, 'data'));
    for (const name of ruleFiles) await writeFile(join(dataDir, name), await hastened(name));
    const [job] = config.scrape_configs;
    config.scrape_configs = [
      {
        job_name: job.job_name,
        metrics_path: job.metrics_path,
        scrape_timeout: '1s',
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      },
    ];
    await writeFile(join(dataDir, 'prometheus.yaml'), stringify(config));
    const address = `127.0.0.1:${await findFreePort()}`;
    const args = [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=${address}`,
      '--log.level=error',
    ];
    const child = spawn(prometheus, args, { cwd: dataDir, stdio: 'ignore' });
    const server = new PrometheusServer(child, dataDir, `http://${address}`);
    try {
      await until(async () => (await fetch(`${server.url}/-/ready`).catch(() => null))?.ok === true);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** What an expression is now. Errors: rejects with Prometheus' own words when it is none. */
  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { status, error, data } = (await response.json()) as QueryAnswer;
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    const { resultType, result } = data;
    if (resultType === 'scalar') return [{ metric: {}, value: Number(result[1]) }];
    return (result as Exclude<typeof result, [number, string]>).map(({ metric, value }) => ({
      metric,
      value: Number(value[1]),
    }));
  }

  /** Waits until it has scraped so often since now, and has evaluated the rules on it. */
  async scrapes(count: number): Promise<void> {
    const read = async () => (await this.query('sum(count_over_time(up[1h]))'))[0]?.value ?? 0;
    const from = await read();
    await until(async () => (await read()) >= from + count, 20_000);
  }

  /** Ends it, and removes what it kept. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await gone;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
