import { once } from 'node:events';
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../server/core/AppError.ts';
import type { HttpObserver } from '../../../server/http/requestLog.ts';
import { eventually } from '../../support/eventually.ts';
import { startHttpApp, type TestHttpApp } from '../../support/httpApp.ts';

let app: TestHttpApp;
afterEach(() => app.close());

const start = async (...args: Parameters<typeof startHttpApp>) => {
  app = await startHttpApp(...args);
};
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(app.url + path, { headers });
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('headers', () => {
  test('keep a browser to this origin', async () => {
    await start();
    const { headers } = await get('/healthz');
    const host = new URL(app.url).host;
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
        const [name = '', ...sources] = directive.trim().split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(policy).toEqual({
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data: blob:",
      'media-src': "'self' blob: mediastream:",
      'worker-src': "'self' blob:",
      'connect-src': `'self' ws://${host} wss://${host}`,
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    });
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
    expect(headers.get('permissions-policy')).toContain('display-capture=(self)');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('let no host into the policy that is more than a host', async () => {
    await start();
    const call = request(`${app.url}/healthz`, {
      headers: { host: "x; script-src 'unsafe-inline'" },
    });
    call.end();
    const [answer] = (await once(call, 'response')) as [{ headers: Record<string, string> }];
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
  });

  test('ask for TLS where the server speaks it with a certificate of an authority', async () => {
    const files = { PARLEY_SERVER_TLS: '{ cert: c.pem, key: k.pem }' };
    await start({ secure: true }, files);
    expect((await get('/healthz')).headers.get('strict-transport-security')).toBe(
      'max-age=15552000',
    );
    await app.close();
    await start({ secure: true }, { PARLEY_SERVER_TLS: 'self-signed' });
    expect((await get('/healthz')).headers.get('strict-transport-security')).toBeNull();
  });
});

describe('other origins', () => {
  const preflight = () =>
    fetch(`${app.url}/api/auth/login`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.org', 'access-control-request-method': 'POST' },
    });

  test('are closed out', async () => {
    await start();
    for (const response of [
      await preflight(),
      await get('/healthz', { origin: 'https://app.example.org' }),
    ]) {
      const names = [...response.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('are let in by name', async () => {
    await start({}, { PARLEY_SERVER_CORS_ORIGINS: 'https://app.example.org' });
    const answer = await preflight();
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const other = await get('/healthz', { origin: 'https://mallory.example.org' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toContain('Origin');
  });
});

describe('what is malformed', () => {
  const login = '/api/auth/login';

  test.each<[string, () => Promise<Response>, number, string]>([
    ['half a JSON', () => post(login, '{"email":'), 400, 'INVALID_PAYLOAD'],
    ['JSON that is no object', () => post(login, '"text"'), 400, 'INVALID_PAYLOAD'],
    ['an array', () => post(login, '[]'), 400, 'INVALID_PAYLOAD'],
    ['no body', () => fetch(app.url + login, { method: 'POST' }), 400, 'INVALID_PAYLOAD'],
    ['a poisoned prototype', () => post(login, '{"__proto__":{}}'), 400, 'INVALID_PAYLOAD'],
    [
      'another type',
      () => post(login, 'a=b', { 'content-type': 'text/plain' }),
      415,
      'INVALID_PAYLOAD',
    ],
    [
      '65 kB',
      () => post(login, JSON.stringify({ email: 'x'.repeat(65_537) })),
      413,
      'INVALID_PAYLOAD',
    ],
    [
      '65 kB packed into less',
      () =>
        post(login, new Uint8Array(gzipSync(JSON.stringify({ email: 'x'.repeat(65_537) }))), {
          'content-encoding': 'gzip',
        }),
      413,
      'INVALID_PAYLOAD',
    ],
    [
      'broken gzip',
      () => post(login, '{}', { 'content-encoding': 'gzip' }),
      400,
      'INVALID_PAYLOAD',
    ],
    [
      'unknown encoding',
      () => post(login, '{}', { 'content-encoding': 'zip' }),
      415,
      'INVALID_PAYLOAD',
    ],
    [
      'a query that is not the route’s',
      () => post(`${login}?token=x`, '{}'),
      400,
      'INVALID_PAYLOAD',
    ],
    ['an unknown path', () => get('/api/nothing'), 404, 'NOT_FOUND'],
    ['the API itself', () => get('/api', { accept: 'text/html' }), 404, 'NOT_FOUND'],
    ['another method', () => get(login), 405, 'NOT_FOUND'],
    ['a broken escape in the path', () => get('/api/meetings/%E0%A4%A'), 400, 'INVALID_PAYLOAD'],
    ['an impossible id', () => get('/api/meetings/a%20b'), 400, 'INVALID_PAYLOAD'],
    ['no token', () => get('/api/users/me'), 401, 'UNAUTHENTICATED'],
    [
      'another scheme',
      () => get('/api/users/me', { authorization: 'Basic eDp5' }),
      401,
      'UNAUTHENTICATED',
    ],
  ])('%s is refused with a code', async (_, send, status, code) => {
    await start();
    const response = await send();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await codeOf(response)).toBe(code);
  });

  test('says where', async () => {
    await start();
    const response = await post(login, JSON.stringify({ email: 'x', password: 1, admin: true }));
    const { error } = (await response.json()) as {
      error: { details: { issues: { path: string }[] } };
    };
    expect(error.details.issues.map(({ path }) => path)).toEqual(['email', 'password', '']);
  });

  test('names the methods that an address takes', async () => {
    await start();
    const response = await fetch(`${app.url}/api/meetings`, { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
  });
});

describe('failures', () => {
  const body = JSON.stringify({ email: 'ada@example.org', password: 'correct horse battery' });
  const authFailing = (error: Error) => ({
    signup: vi.fn(),
    login: () => Promise.reject(error),
    createGuest: vi.fn(),
    logout: vi.fn(),
    authenticate: vi.fn(),
  });

  test('of the server tell an id, which the log has too, and nothing else', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, collect(lines));
    await start({ auth: authFailing(new Error('secret detail')), logger });
    const response = await post('/api/auth/login', body);
    expect(response.status).toBe(500);
    const text = await response.text();
    const { error } = JSON.parse(text) as { error: { code: string; details: { errorId: string } } };
    expect(error.code).toBe('INTERNAL');
    expect(text).not.toContain('secret detail');
    expect(lines.find((line) => line.includes(error.details.errorId))).toContain('secret detail');
  });

  test('that pass say when', async () => {
    await start({ auth: authFailing(new AppError('RATE_LIMITED', { retryAfterMs: 1_200 })) });
    const response = await post('/api/auth/login', body);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toMatchObject({ error: { retryAfterMs: 1_200 } });
  });

  test('are refused per address when there are too many requests', async () => {
    await start({}, { PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '2' });
    await get('/api/nothing');
    await get('/api/nothing');
    const response = await get('/api/nothing');
    expect(response.status).toBe(429);
    expect(await codeOf(response)).toBe('RATE_LIMITED');
    expect((await get('/healthz')).status).toBe(200);
  });

  test.each([
    ['DELETE', 'A'.repeat(22)],
    ['GET', 'x'],
    ['GET', '%00'],
  ])('are counted where no picture is asked for: %s %s', async (method, version) => {
    await start({}, { PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '2' });
    const ask = () => fetch(`${app.url}/api/users/ada/pictures/${version}`, { method });
    await ask();
    await ask();
    expect((await ask()).status).toBe(429);
  });
});

describe('operations', () => {
  test('tell whether it lives and whether it is ready', async () => {
    const problems = ['draining'];
    await start({ ready: () => Promise.resolve([...problems]) });
    expect((await get('/healthz')).status).toBe(200);
    const busy = await get('/readyz');
    expect(busy.status).toBe(503);
    expect(await busy.json()).toEqual({ status: 'not ready', problems: ['draining'] });
    problems.pop();
    expect((await get('/readyz')).status).toBe(200);
  });

  test('show metrics to this machine, but not to what a proxy passes on', async () => {
    await start();
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toBe('up 1\n');
    expect((await get('/metrics', { 'x-forwarded-for': '127.0.0.1' })).status).toBe(403);
  });

  test('show metrics to whoever has the token, where there is one', async () => {
    const token = 'a-token-of-16-chars-or-more';
    await start({}, { PARLEY_METRICS_TOKEN: token });
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', { authorization: 'Bearer another' })).status).toBe(401);
    expect((await get('/metrics', { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test('show no metrics where they are off', async () => {
    await start({}, { PARLEY_METRICS_ENABLED: 'false' });
    expect((await get('/metrics')).status).toBe(404);
  });

  test('measure requests by route, never by path', async () => {
    const observe = vi.fn<HttpObserver>();
    await start({ observe });
    await get('/api/meetings/bcd-fgh-jkm?x=1');
    await get('/somewhere/else');
    await get('/healthz');
    await eventually(() => expect(observe).toHaveBeenCalledTimes(3));
    expect(observe.mock.calls.map(([method, route, status]) => [method, route, status])).toEqual([
      ['GET', '/api/meetings/:idOrCode', 400],
      ['GET', 'unknown', 404],
      ['GET', '/healthz', 200],
    ]);
  });

  test('log no secret', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, collect(lines));
    await start({ logger });
    await post('/api/auth/login?token=SECRET', JSON.stringify({ password: 'SECRET' }));
    await post('/api/auth/login', '{"password":"SECRET"');
    await get('/api/users/me', { authorization: 'Bearer SECRET' });
    await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(4));
    expect(lines.join('\n')).not.toContain('SECRET');
  });
});

function collect(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}
