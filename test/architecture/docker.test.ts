import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Setting } from '../../src/config/define-setting';
import { settings } from '../../src/config/settings';
import { projectRoot } from './read-project-files';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: unknown;
}
interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: unknown;
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
      };
    };
  };
}
interface ComposeFile {
  readonly services: {
    readonly app: {
      readonly ports: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      readonly stop_grace_period: string;
    };
    readonly redis: { readonly command: string };
  };
}

const read = (path: string): string => readFileSync(join(projectRoot, 'docker', path), 'utf8');
const manifest = <T>(name: string): T => parse(read(`kubernetes/${name}`)) as T;

const dockerfile = read('Dockerfile');
const imageEnv = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' ').map((pair) => pair.split('='))),
) as Record<string, string>;
const composeText = read('compose.yaml');
const compose = parse(composeText) as ComposeFile;
const deployment = manifest<Deployment>('deployment.yaml');
const pod = deployment.spec.template;
const [container] = pod.spec.containers;
const podEnv = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));

const settingsByName = new Map<string, Setting<unknown>>(Object.values(settings).map((each) => [each.name, each]));

function expectSettings(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    const setting = settingsByName.get(name) ?? settingsByName.get(name.replace(/_FILE$/, ''));
    expect(setting, `${name} is a setting`).toBeDefined();
    if (name.endsWith('_FILE')) {
      expect(setting?.secret, `${name} is a secret`).toBe(true);
    } else if (!value.includes('${')) {
      expect(setting?.schema.safeParse(value).success, `${name}=${value}`).toBe(true);
    }
  }
}

describe('image', () => {
  const instructions = (name: string): string[] =>
    [...dockerfile.matchAll(new RegExp(`^(?:  )?${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);

  test('sets settings that exist', () => {
    const { NODE_ENV, ...env } = imageEnv;
    expect(NODE_ENV).toBe('production');
    expectSettings(env);
    expect(Object.keys(env)).toContain('PORT');
  });

  test('starts what the build makes, as npm start does', () => {
    const [health, start] = instructions('CMD').map((text) => JSON.parse(text) as string[]);
    expect(start?.[0]).toBe('node');
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    expect(start?.slice(1, -1)).toEqual(scripts.start.match(/--\S+/g));
    const source = start?.at(-1)?.replace(/^dist\/(.+)\.js$/, '$1.ts') ?? '';
    expect(existsSync(join(projectRoot, source)), source).toBe(true);
    expect(health?.join(' ')).toContain("'/health'");
    expect(instructions('EXPOSE')).toEqual([imageEnv['PORT']]);
    expect(instructions('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  test('copies only what is there and what the build is given', () => {
    const given = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').match(/(?<=^!).+$/gm) ?? [];
    const copied = instructions('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect([...given].sort()).toEqual(copied.sort());
    expect(copied.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  test('runs the Node version of the project, not as root', () => {
    const version = readFileSync(join(projectRoot, '.nvmrc'), 'utf8').trim();
    const images = instructions('FROM').map((text) => text.split(' ')[0]);
    expect(new Set(images)).toEqual(new Set([`node:${version}-bookworm-slim`]));
    expect(instructions('USER')).toEqual(['1000:1000']);
  });
});

describe('compose', () => {
  test('sets settings that exist', () => {
    expectSettings(compose.services.app.environment);
  });

  test('publishes the port of the image', () => {
    expect(compose.services.app.ports).toEqual([`${imageEnv['PORT']}:${imageEnv['PORT']}`]);
  });

  test('asks for exactly the secrets of its example', () => {
    const asked = [...composeText.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    const offered = read('compose.env.example').match(/^\w+(?==$)/gm) ?? [];
    expect(new Set(offered)).toEqual(new Set(asked));
  });

  test('gives the service time to end', () => {
    expect(Number.parseInt(compose.services.app.stop_grace_period, 10) * 1000).toBeGreaterThan(
      settings.shutdownTimeoutMs.defaultValue,
    );
  });

  test('keeps every key of the queue', () => {
    expect(compose.services.redis.command).toContain('--maxmemory-policy noeviction');
  });
});

describe('kubernetes', () => {
  test('every resource of the kustomization is there and selects the pods', () => {
    const { resources } = manifest<{ resources: string[] }>('kustomization.yaml');
    for (const name of resources) {
      const { kind, spec } = manifest<{ kind: string; spec: Record<string, unknown> }>(name);
      const selects = {
        Deployment: () => deployment.spec.selector.matchLabels,
        Service: () => spec['selector'],
        PodDisruptionBudget: () => (spec['selector'] as { matchLabels: unknown }).matchLabels,
        NetworkPolicy: () => (spec['podSelector'] as { matchLabels: unknown }).matchLabels,
        HorizontalPodAutoscaler: () => pod.metadata.labels,
      }[kind];
      expect(selects?.(), name).toEqual(pod.metadata.labels);
    }
  });

  test('sets settings that exist', () => {
    expectSettings(podEnv);
  });

  test('probes ask what the service answers, where it answers', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = container;
    const probes = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet);
    expect(probes.map(({ path }) => path)).toEqual(['/health', '/health', '/ready']);
    expect(ports).toEqual([{ name: 'http', containerPort: Number(imageEnv['PORT']) }]);
    expect(new Set(probes.map(({ port }) => port))).toEqual(new Set(['http']));
    expect(pod.metadata.annotations['prometheus.io/port']).toBe(imageEnv['PORT']);
    const service = manifest<{ spec: { ports: { targetPort: string }[] } }>('service.yaml');
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
    const policy = manifest<{ spec: { ingress: { ports: { port: number }[] }[] } }>('network-policy.yaml');
    expect(policy.spec.ingress).toEqual([{ ports: [{ port: Number(imageEnv['PORT']) }] }]);
  });

  test('secrets are files of the example secret', () => {
    const secret = manifest<{ metadata: { name: string }; stringData: Record<string, string> }>('secret.example.yaml');
    const volume = pod.spec.volumes.find((each) => each.secret?.secretName === secret.metadata.name);
    const folder = container.volumeMounts.find(({ name }) => name === volume?.name)?.mountPath;
    const files = Object.entries(podEnv).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([, path]) => path).sort()).toEqual(
      Object.keys(secret.stringData)
        .map((key) => `${folder}/${key}`)
        .sort(),
    );
    for (const [name, setting] of settingsByName) {
      expect(setting.secret && name in podEnv, `${name} is given as a file`).toBe(false);
    }
  });

  test('gives the service time to end', () => {
    const graceMs = pod.spec.terminationGracePeriodSeconds * 1000;
    expect(graceMs).toBeGreaterThan(Number(podEnv['SHUTDOWN_TIMEOUT_MS']));
    expect(Number(podEnv['SHUTDOWN_TIMEOUT_MS'])).toBeGreaterThan(Number(podEnv['DRAIN_DELAY_MS']));
  });

  test('all replicas together leave PostgreSQL connections for others', () => {
    const { spec } = manifest<{ spec: { maxReplicas: number } }>('horizontal-pod-autoscaler.yaml');
    // PostgreSQL's default max_connections, less superuser_reserved_connections.
    expect(spec.maxReplicas * settings.poolMax.defaultValue).toBeLessThan(97);
  });

  test('runs under the restricted pod security standard', () => {
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const writable = container.volumeMounts.map(({ mountPath }) => mountPath);
    expect(writable).toEqual(expect.arrayContaining([imageEnv['DATA_DIR'], '/tmp']));
  });
});
