import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../../../server/config/loadConfig.ts';

const WEBHOOK_SECRET = `whsec_${Buffer.from('hunter2 and enough other bytes').toString('base64')}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (yaml: string): string => {
  const path = join(folder, 'parley.yaml');
  writeFileSync(path, yaml);
  return path;
};
const fromEnv = (env: Record<string, string>) => loadConfig({ file: null, env });

/** What is wrong with a configuration, a line for each problem. */
function problemsOf(options: Parameters<typeof loadConfig>[0]): readonly string[] {
  try {
    loadConfig(options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('sources', () => {
  test('nothing is needed', () => {
    const config = fromEnv({});
    expect(config.server.port).toBe(4501);
    expect(config.database.url).toBeNull();
    expect(isAbsolute(config.server.dataDir)).toBe(true);
  });

  test('the environment goes over the file, and the file over the defaults', () => {
    const file = fileOf('server:\n  port: 1\n  host: 10.0.0.1\nmedia: { workers: 3 }\n');
    const config = loadConfig({ file, env: { PARLEY_SERVER_PORT: '2' } });
    expect(config.server).toMatchObject({ port: 2, host: '10.0.0.1', trustProxy: 0 });
    expect(config.media.workers).toBe(3);
  });

  test('names of hosting platforms count, ours count more, empty ones not at all', () => {
    expect(fromEnv({ PORT: '80' }).server.port).toBe(80);
    expect(fromEnv({ PORT: '80', PARLEY_SERVER_PORT: '81' }).server.port).toBe(81);
    expect(fromEnv({ PARLEY_SERVER_PORT: '' }).server.port).toBe(4501);
    expect(fromEnv({ DATABASE_URL: 'postgres://h/d' }).database.url).toBe('postgres://h/d');
  });

  test.each<[Record<string, string>, (config: ReturnType<typeof fromEnv>) => unknown, unknown]>([
    [{ PARLEY_ICE_STUN_URLS: 'stun:a, stun:b' }, ({ ice }) => ice.stunUrls, ['stun:a', 'stun:b']],
    [{ PARLEY_ICE_STUN_URLS: '["stun:a"]' }, ({ ice }) => ice.stunUrls, ['stun:a']],
    [{ PARLEY_AUTH_JWT_SECRET: '1'.repeat(32) }, ({ auth }) => auth.jwtSecret, '1'.repeat(32)],
    [{ PARLEY_SERVER_HOST: '127.0.0.1' }, ({ server }) => server.host, '127.0.0.1'],
    [{ PARLEY_METRICS_ENABLED: 'false' }, ({ metrics }) => metrics.enabled, false],
    [
      { PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '5' },
      ({ limits }) => limits.restPerAddress,
      { points: 5, perSec: 60 },
    ],
    [
      { PARLEY_SERVER_TLS: '{cert: /c, key: /k}' },
      ({ server }) => server.tls,
      { cert: '/c', key: '/k' },
    ],
    [
      { PARLEY_SERVER_PUBLIC_URL: 'https://a.example/' },
      ({ server }) => server.publicUrl,
      'https://a.example',
    ],
    [{ PARLEY_CACHE_DIR: '/c', PARLEY_CHROMIUM: '/b' }, ({ server }) => server.port, 4501],
  ])('%o', (env, read, value) => {
    expect(read(fromEnv(env))).toEqual(value);
  });

  test('a file is named on the command line', () => {
    const file = fileOf('server: { port: 7 }');
    expect(loadConfig({ env: {}, argv: ['--config', file] }).server.port).toBe(7);
    expect(loadConfig({ env: {}, argv: [`--config=${file}`] }).server.port).toBe(7);
    expect(loadConfig({ env: { PARLEY_CONFIG: file } }).server.port).toBe(7);
    expect(problemsOf({ env: {}, argv: ['--port', '7'] })).toEqual([
      '--port: no such option; expected --config FILE',
      '7: no such option; expected --config FILE',
    ]);
    expect(problemsOf({ env: {}, argv: ['--config', join(folder, 'none.yaml')] })).toEqual([
      expect.stringContaining('ENOENT'),
    ]);
  });
});

describe('what is wrong is named', () => {
  test.each([
    [
      'an unknown key in a list',
      `webhooks: { endpoints: [{ url: "https://a", secret: ${WEBHOOK_SECRET}, evens: [] }] }`,
      'webhooks.endpoints.0.evens',
      'did you mean events?',
    ],
    [
      'a secret that is too short to sign with',
      'webhooks: { endpoints: [{ url: "https://a", secret: whsec_aHVudGVyMg== }] }',
      'webhooks.endpoints.0.secret',
      '24 to 64 bytes',
    ],
    [
      'an event that there is not',
      `webhooks: { endpoints: [{ url: "https://a", secret: ${WEBHOOK_SECRET}, events: [meeting.begun] }] }`,
      'webhooks.endpoints.0.events.0',
      'meeting.started',
    ],
    [
      'an address with a password',
      `webhooks: { endpoints: [{ url: "https://a:b@c", secret: ${WEBHOOK_SECRET} }] }`,
      'webhooks.endpoints.0.url',
      'without user and password',
    ],
    [
      'an address twice',
      `webhooks: { endpoints: [{ url: "https://a", secret: ${WEBHOOK_SECRET} }, { url: "https://a", secret: ${WEBHOOK_SECRET} }] }`,
      'webhooks.endpoints',
      'each address once',
    ],
    ['an unknown key', 'server: { prot: 1 }', 'server.prot', 'did you mean port?'],
    ['an unknown section', 'sevrer: { port: 1 }', 'sevrer', 'did you mean server?'],
    ['a value of another type', 'server: { port: web }', 'server.port', 'expected number'],
    ['a value out of range', 'server: { port: 70000 }', 'server.port', '65535'],
    ['a choice that there is not', 'log: { level: loud }', 'log.level', '"info"'],
    ['neither of two shapes', 'server: { tls: maybe }', 'server.tls', 'self-signed'],
    [
      'a deeper key',
      'ice: { turn: { urls: [x], secret: s } }',
      'ice.turn.urls.0',
      'expected turn:host:port',
    ],
    [
      'TURN without its secret',
      'ice: { turn: { urls: ["turn:a"] } }',
      'ice.turn.secret',
      'static-auth-secret',
    ],
    [
      'layers upside down',
      'media: { cameraLayers: [{ scaleResolutionDownBy: 1, maxBitrate: 100000, maxFramerate: 15 }, { scaleResolutionDownBy: 2, maxBitrate: 100000, maxFramerate: 15 }] }',
      'media.cameraLayers',
      'smallest picture',
    ],
    [
      'a default above the most',
      'meetings: { defaultCapacity: 9, maxCapacity: 8 }',
      'meetings.defaultCapacity',
      'at most maxCapacity',
    ],
    ['no keys at all', '- a list', 'parley.yaml', 'expected keys and values'],
  ])('%s', (_, yaml, key, expectation) => {
    const problems = problemsOf({ file: fileOf(yaml), env: {} });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(key);
    expect(problems[0]).toContain(expectation);
  });

  test.each([
    [{ PARLEY_SERVER_PROT: '1' }, 'PARLEY_SERVER_PROT', 'did you mean PARLEY_SERVER_PORT?'],
    [{ PARLEY_SERVER_PORT: 'web' }, 'server.port (from PARLEY_SERVER_PORT)', 'expected number'],
    [{ PARLEY_SERVER_TLS: '{cert' }, 'PARLEY_SERVER_TLS', 'not readable'],
    [{ PORT: '-1' }, 'server.port (from PORT)', '>=0'],
  ])('%o', (env, name, expectation) => {
    const problems = problemsOf({ file: null, env });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).toContain(expectation);
  });

  test('all of it at once', () => {
    const yaml = 'server: { port: web, trustProxy: -1 }\nlogs: {}\n';
    const env = { PARLEY_NOTHING_AT_ALL: '1', PARLEY_LOG_LEVEL: 'loud' };
    expect(problemsOf({ file: fileOf(yaml), env })).toHaveLength(5);
  });

  test('the place of a slip in the file, without what stands there', () => {
    const file = fileOf('auth:\n  jwtSecret: "hunter2\n');
    const [problem = ''] = problemsOf({ file, env: {} });
    expect(problem).toMatch(/not YAML at line \d+, column \d+/);
    expect(problem).not.toContain('hunter2');
  });

  test('a bad secret without the secret', () => {
    const problems = problemsOf({ file: null, env: { PARLEY_AUTH_JWT_SECRET: 'hunter2' } });
    expect(problems.join()).toContain('auth.jwtSecret');
    expect(problems.join()).not.toContain('hunter2');
  });

  test('a bad secret in a list without the secret', () => {
    const endpoints = JSON.stringify([{ url: 'https://a', secret: 'hunter2' }]);
    const problems = problemsOf({ file: null, env: { PARLEY_WEBHOOKS_ENDPOINTS: endpoints } });
    expect(problems.join()).toContain('webhooks.endpoints.0.secret');
    expect(problems.join()).toContain('PARLEY_WEBHOOKS_ENDPOINTS');
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('a node among others', () => {
  const REDIS = { REDIS_URL: 'redis://redis.example.org' };
  const DATABASE = { DATABASE_URL: 'postgres://db.example.org/parley' };
  const SECRET = { PARLEY_CLUSTER_SECRET: 's'.repeat(32) };
  const role = (name: string) => ({ PARLEY_NODE_ROLE: name });

  test.each([
    ['all by itself', {}],
    ['all by itself with a database', DATABASE],
    ['all', { ...REDIS, ...DATABASE }],
    ['signaling', { ...role('signaling'), ...REDIS, ...DATABASE }],
    ['media', { ...role('media'), ...REDIS, ...DATABASE }],
    ['media with the secret', { ...role('media'), ...REDIS, ...SECRET }],
  ])('%s', (_, env) => {
    expect(problemsOf({ file: null, env })).toEqual([]);
  });

  test.each([
    ['signaling alone', role('signaling'), 'node.role', 'set REDIS_URL'],
    ['media alone', { ...role('media'), ...SECRET }, 'node.role', 'set REDIS_URL'],
    ['all without a database', REDIS, 'database.url', 'DATABASE_URL'],
    [
      'signaling with the secret only',
      { ...role('signaling'), ...REDIS, ...SECRET },
      'database.url',
      'DATABASE_URL',
    ],
    ['media without either', { ...role('media'), ...REDIS }, 'database.url', 'DATABASE_URL'],
    ['a role that there is not', role('proxy'), 'node.role', '"signaling"'],
    ['a short secret', { PARLEY_CLUSTER_SECRET: 'short' }, 'cluster.secret', '>=32'],
    [
      'another database',
      { ...DATABASE, REDIS_URL: 'https://redis' },
      'cluster.redisUrl',
      'redis://',
    ],
    [
      'ports the wrong way round',
      { PARLEY_MEDIA_PIPE_PORTS_MIN: '50000' },
      'media.pipePorts',
      'at most max',
    ],
  ])('not %s', (_, env, key, expectation) => {
    const problems = problemsOf({ file: null, env });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(key);
    expect(problems[0]).toContain(expectation);
  });
});

describe('what was loaded', () => {
  const SECRETS = {
    PARLEY_AUTH_JWT_SECRET: 'hunter2'.repeat(6),
    PARLEY_METRICS_TOKEN: 'hunter2'.repeat(6),
    PARLEY_DATABASE_URL: 'postgres://parley:hunter2@db.example.org/parley?password=hunter2',
    PARLEY_ICE_TURN_URLS: 'turn:turn.example.org',
    PARLEY_ICE_TURN_SECRET: 'hunter2',
    PARLEY_WEBHOOKS_ENDPOINTS: JSON.stringify([
      {
        url: 'https://hooks.example.org/parley?key=hunter2',
        secret: WEBHOOK_SECRET,
        previousSecret: WEBHOOK_SECRET,
      },
    ]),
  };

  test('shows no secret, however it is printed', () => {
    const config = fromEnv(SECRETS);
    let logged = '';
    pino({}, { write: (line: string) => void (logged += line) }).info({ config }, 'loaded');
    const printed = [
      JSON.stringify(config),
      JSON.stringify(config.auth),
      JSON.stringify({ ...config }),
      inspect(config, { depth: null }),
      inspect({ nested: config.ice }, { depth: null }),
      JSON.stringify(config.webhooks.endpoints),
      inspect([...config.webhooks.endpoints], { depth: null }),
      logged,
    ];
    for (const text of printed) {
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(WEBHOOK_SECRET);
    }
    expect(printed[0]).toContain('postgres://db.example.org/parley');
    expect(printed[0]).toContain('https://hooks.example.org/parley');
    expect(config.webhooks.endpoints[0]?.secret).toBe(WEBHOOK_SECRET);
    expect(config.ice.turn.secret).toBe('hunter2');
  });

  test('cannot be changed', () => {
    const config = fromEnv(SECRETS);
    for (const part of [config, config.media, config.media.cameraLayers, config.ice.turn]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(config.media.cameraLayers[0])).toBe(true);
  });
});
