import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { configSchema } from '../../../server/config/schema.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DOCKER = join(ROOT, 'docker');
const PROBES = ['/healthz', '/readyz'];
const defaults = configSchema.parse({});
const read = (path: string) => readFileSync(join(DOCKER, path), 'utf8');

describe('Dockerfile', () => {
  const text = read('Dockerfile').replaceAll(/\\\n/g, ' ');
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

  test('copies what there is', () => {
    const copied = all(/^COPY (?!--from)(.+) \S+$/gm).flatMap((paths) => paths.split(/\s+/));
    expect(copied).toContain('server');
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('runs what it has copied, without a shell', () => {
    const commands = all(/^(?:ENTRYPOINT|.*HEALTHCHECK.*CMD) (.+)$/gm).map(
      (command) => JSON.parse(command) as string[],
    );
    expect(commands).toHaveLength(2);
    for (const [, file = ''] of commands) expect(existsSync(join(ROOT, file)), file).toBe(true);
    expect(existsSync(join(ROOT, 'provision/image.ts'))).toBe(true);
  });

  test('leaves out packages of ours only', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    const known = { ...dependencies, ...optionalDependencies };
    const [left = ''] = all(/npm uninstall ((?:--\S+ +)*[^&]+)/g);
    const packages = left.split(/\s+/).filter((name) => name !== '' && !name.startsWith('--'));
    expect(packages).toContain('vite');
    expect(packages.filter((name) => !(name in known))).toEqual([]);
    // And none that the server uses.
    const sources = globSync('{server,protocol,migrations}/**/*.ts', { cwd: ROOT })
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .join('\n');
    for (const name of packages) expect(sources).not.toMatch(new RegExp(`from '${name}['/]`));
  });

  test('opens the ports of the default configuration, as a user who may do little', () => {
    expect(all(/^EXPOSE (.+)$/gm)).toEqual([
      `${defaults.server.port}/tcp ${defaults.cluster.port}/tcp`,
    ]);
    expect(all(/^USER (.+)$/gm)).toEqual(['node']);
    expect(all(/^STOPSIGNAL (.+)$/gm)).toEqual(['SIGTERM']);
    const { PARLEY_SERVER_DATA_DIR } = Object.fromEntries(
      [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    expect(all(/^VOLUME (.+)$/gm)).toEqual([PARLEY_SERVER_DATA_DIR]);
  });
});

interface ComposeService {
  image: string;
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  stop_grace_period?: string;
  build?: { context: string; dockerfile: string };
}

describe('compose.yaml', () => {
  const example = Object.fromEntries(
    [...read('example.env').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value]) => [
      name,
      value,
    ]),
  );
  const text = read('compose.yaml');
  const filled: Record<string, string | undefined> = {
    ...example,
    PARLEY_CLUSTER_SECRET: 's'.repeat(64),
    POSTGRES_PASSWORD: 'secret',
    HOST_ADDRESS: '192.168.1.10',
  };
  const { services } = parse(
    text.replaceAll(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_, name: string) => filled[name] ?? ''),
    { merge: true },
  ) as { services: Record<string, ComposeService> };
  const nodes = Object.entries(services).filter(([, { image }]) => image === 'parley');

  test('asks for nothing that the example does not have', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(example).sort());
  });

  test('names files that there are', () => {
    for (const [, { build }] of nodes) {
      expect(existsSync(join(DOCKER, build?.context ?? 'none', build?.dockerfile ?? ''))).toBe(
        true,
      );
    }
    const mounted = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes)
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0] ?? '');
    expect(mounted).toEqual(['./Caddyfile']);
    for (const path of mounted) expect(existsSync(join(DOCKER, path)), path).toBe(true);
  });

  test.each(nodes)('%s is told what it understands, and enough', (_name, { environment = {} }) => {
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, String(value)]),
    );
    const config = loadConfig({ file: null, env });
    expect(config.cluster.redisUrl).not.toBeNull();
    expect(config.database.url === null).toBe(config.node.role === 'media');
  });

  test('has two of each role, on ports of their own where they share a network', () => {
    const roles = nodes.map(([, { environment }]) => environment?.['PARLEY_NODE_ROLE']);
    expect(roles).toEqual(['signaling', 'media', 'mixer'].flatMap((role) => [role, role]));
    for (const name of ['SERVER_PORT', 'CLUSTER_PORT', 'MEDIA_BASE_PORT', 'NODE_NAME']) {
      const values = nodes
        .filter(([, { environment }]) => environment?.['PARLEY_NODE_ROLE'] !== 'signaling')
        .map(([, { environment }]) => environment?.[`PARLEY_${name}`]);
      expect(new Set(values).size, name).toBe(values.length);
    }
  });

  test('checks what there is, and waits longer than a node does', () => {
    for (const [name, { healthcheck, stop_grace_period }] of nodes) {
      if (healthcheck) {
        const [, , file = '', path] = healthcheck.test;
        expect(existsSync(join(ROOT, file)), name).toBe(true);
        expect(PROBES).toContain(path);
      }
      const [, minutes = '0'] = /^(\d+)m$/.exec(stop_grace_period ?? '') ?? [];
      expect(Number(minutes) * 60_000).toBeGreaterThan(defaults.server.shutdownGraceMs);
    }
  });

  test('balances over the signaling nodes', () => {
    const caddy = read('Caddyfile');
    const upstreams = /reverse_proxy (.+) \{/.exec(caddy)?.[1]?.split(' ');
    expect(upstreams).toEqual(
      nodes
        .filter(([, { environment }]) => environment?.['PARLEY_NODE_ROLE'] === 'signaling')
        .map(([name]) => `${name}:${defaults.server.port}`),
    );
    expect(PROBES).toContain(/health_uri (\S+)/.exec(caddy)?.[1]);
  });
});

interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  image: string;
  env: { name: string; value?: string }[];
  envFrom: Record<string, { name: string }>[];
  ports: { name: string; containerPort: number }[];
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
}
interface PodSpec {
  containers: Container[];
  terminationGracePeriodSeconds: number;
}
interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec?: { template?: { spec: PodSpec } };
  resources?: string[];
}

describe('Kubernetes', () => {
  const manifests = globSync('kubernetes/*.yaml', { cwd: DOCKER })
    .flatMap((file) => parseAllDocuments(read(file)))
    .map((document) => document.toJS() as Manifest);
  const named = (kind: string, name: string) =>
    manifests.find((one) => one.kind === kind && one.metadata.name === name);
  const workloads = manifests.flatMap(({ metadata, spec }) =>
    spec?.template ? [[metadata.name, spec.template.spec] as const] : [],
  );

  test('applies files that there are', () => {
    const { resources = [] } = manifests.find(({ kind }) => kind === 'Kustomization') ?? {};
    expect(resources.length).toBeGreaterThan(3);
    for (const file of resources) {
      expect(existsSync(join(DOCKER, 'kubernetes', file)), file).toBe(true);
    }
  });

  test.each(workloads)('%s is told what it understands, and enough', (role, { containers }) => {
    const [container] = containers;
    const env: Record<string, string> = {};
    for (const source of container?.envFrom ?? []) {
      const map = named('ConfigMap', source['configMapRef']?.name ?? '');
      const secret = named('Secret', source['secretRef']?.name ?? '');
      expect(map ?? secret).toBeDefined();
      Object.assign(env, map?.data, secret?.stringData);
    }
    // What the cluster fills in are names and addresses.
    for (const { name, value = '10.0.0.5' } of container?.env ?? []) env[name] = value;
    const config = loadConfig({ file: null, env });
    expect(config.node.role).toBe(role);
    expect(config.database.url === null).toBe(role === 'media');
    expect(container?.ports).toMatchObject([
      { name: 'http', containerPort: config.server.port },
      { name: 'mesh', containerPort: config.cluster.port },
    ]);
    expect(named('PodDisruptionBudget', role)).toBeDefined();
  });

  test.each(workloads)('%s is probed where it answers', (_, podSpec) => {
    const [container] = podSpec.containers;
    const pathOf = (probe?: Probe) => probe?.httpGet;
    const healthy = { path: '/healthz', port: 'http' };
    expect(pathOf(container?.startupProbe)).toEqual(healthy);
    expect(pathOf(container?.livenessProbe)).toEqual(healthy);
    expect(pathOf(container?.readinessProbe)).toEqual({ path: '/readyz', port: 'http' });
    expect(podSpec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(
      defaults.server.shutdownGraceMs,
    );
  });

  test('the ports in words are those of the configuration', () => {
    const { basePort, pipePorts } = defaults.media;
    for (const port of [basePort, `${pipePorts.min}-${pipePorts.max}`, defaults.cluster.port]) {
      expect(read('kubernetes/network.yaml')).toContain(String(port));
    }
  });
});
