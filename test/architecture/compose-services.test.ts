import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from './read-project-files';

interface ComposeService {
  readonly image: string;
  readonly command?: string | readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: unknown;
  readonly restart?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const folder = join(projectRoot, 'docker');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const compose = parse(read('compose.yaml')) as ComposeFile;
const services = Object.entries(compose.services);

function serviceOf(name: string): ComposeService {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return service;
}

/** Where a folder or file of docker/ is seen inside the container. */
function placeOf(service: string, source: string): string {
  const mounts = serviceOf(service).volumes?.map((volume) => volume.split(':')) ?? [];
  return mounts.find(([from]) => from === source)?.[1] ?? `nowhere: ${source}`;
}

describe('every service of compose.yaml', () => {
  test('is one version of an image, and PostgreSQL is the same one everywhere', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/:v?\d[\w.-]*$/);
    const postgres = services.flatMap(([, { image }]) => (image.startsWith('postgres:') ? [image] : []));
    expect(new Set(postgres).size).toBe(1);
  });

  test('is closed to other machines, except the service itself', () => {
    const open = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port] as const));
    expect(open.filter(([, port]) => !port.startsWith('127.0.0.1:')).map(([name]) => name)).toEqual(['app']);
    expect(new Set(open.map(([, port]) => port.split(':').at(-2))).size, 'each has a port of its own').toBe(
      open.length,
    );
  });

  test('mounts what is there, and whatever stays tells how it is', () => {
    for (const [name, { volumes = [], healthcheck, restart }] of services) {
      for (const [source = '', target] of volumes.map((volume) => volume.split(':'))) {
        const isThere = source.startsWith('./') ? existsSync(join(folder, source)) : source in compose.volumes;
        expect(isThere, `${name}: ${source} at ${target}`).toBe(true);
      }
      // The image of the service brings a check of its own.
      if (restart !== undefined && name !== 'app') expect(healthcheck, name).toBeDefined();
    }
  });

  test('waits for what it needs in a way that can come true', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const stays = serviceOf(needed).restart !== undefined;
        expect(condition, `${name} needs ${needed}`).toBe(stays ? 'service_healthy' : 'service_completed_successfully');
      }
    }
  });
});

describe('prometheus', () => {
  test('finds its configuration, which asks the service where it answers', () => {
    expect(serviceOf('prometheus').command).toContain(
      `--config.file=${placeOf('prometheus', './prometheus')}/prometheus.yaml`,
    );
    const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yaml')) as {
      scrape_configs: readonly { job_name: string; dns_sd_configs?: readonly { names: string[]; port: number }[] }[];
    };
    const [target] = jobs.find(({ job_name: name }) => name === 'health-export')?.dns_sd_configs ?? [];
    const port = Number(serviceOf('app').ports?.[0]?.split(':').at(-1));
    expect(target).toMatchObject({ names: ['app'], port });
  });
});

describe('grafana', () => {
  const dashboards = placeOf('grafana', './grafana/dashboards');

  test('finds its dashboards', () => {
    expect(placeOf('grafana', './grafana/provisioning')).toBe('/etc/grafana/provisioning');
    const { providers } = parse(read('grafana/provisioning/dashboards/health-export.yaml')) as {
      providers: readonly { options: { path: string } }[];
    };
    expect(providers.map(({ options }) => options.path)).toEqual([dashboards]);
    const home = serviceOf('grafana').environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(home.startsWith(dashboards)).toBe(true);
    expect(existsSync(join(folder, 'grafana/dashboards', home.slice(dashboards.length)))).toBe(true);
  });

  test('finds its data, with the secret that the reader was made with', () => {
    const text = read('grafana/provisioning/datasources/health-export.yaml');
    const secrets = [...text.matchAll(/: \$(\w+)$/gm)].map(([, name]) => name);
    const script = read('grafana/reader.sql');
    expect(secrets).toEqual([script.match(/^\\getenv password (\w+)$/m)?.[1]]);
    for (const name of ['grafana', 'grafana-reader']) {
      expect(serviceOf(name).environment, name).toHaveProperty(secrets as string[]);
    }
    const { datasources } = parse(text) as { datasources: readonly { url: string; user?: string }[] };
    for (const { url } of datasources) serviceOf(url.replace(/^http:\/\//, '').replace(/:\d+$/, ''));
    const users = datasources.flatMap(({ user }) => user ?? []);
    expect(users).toEqual([script.match(/CREATE ROLE (\w+);/)?.[1]]);
    expect(serviceOf('grafana-reader').command).toContain(placeOf('grafana-reader', './grafana/reader.sql'));
  });
});
