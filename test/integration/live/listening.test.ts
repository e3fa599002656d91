import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalMesh } from '../../../server/cluster/LocalMesh.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { keyNumberOf, segmentKey, sequenceAt } from '../../../server/live/segmentKeys.ts';
import { eventually } from '../../support/eventually.ts';
import { startListening, type ListeningNode } from '../../support/live/listening.ts';
import { TestOutput } from '../../support/live/output.ts';
import { KEY_SECRET, liveRoom, mixOf, PIN, TestRooms } from '../../support/live/rooms.ts';

const SELF = 'a';

let rooms: TestRooms;
let output: TestOutput;
let node: ListeningNode;
beforeEach(async () => {
  rooms = new TestRooms();
  output = await TestOutput.create();
  rooms.set(await liveRoom({}, mixOf(SELF)));
});
afterEach(async () => {
  await node.close();
  await output.remove();
});

const start = async (env: Record<string, string> = {}) => {
  const mesh = new LocalMesh(SELF, createLogger('silent', 'json'));
  node = await startListening({ self: SELF, mesh, rooms, outputs: output, env });
};
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;
const dueKey = () => keyNumberOf(sequenceAt(Date.now(), 2), 30);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const entered = async (answer: Promise<Response>) => {
  const response = await answer;
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as { token: string };
  return { token, cookie: response.headers.get('set-cookie') ?? '' };
};

describe('access', () => {
  test('a PIN opens the keys, by token and by cookie', async () => {
    await start();
    const { token, cookie } = await entered(node.enter(PIN));
    expect(cookie).toMatch(
      /^parley_live=[\w.-]+; Path=\/api\/rooms\/stage; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const answer = await node.key('n1', dueKey(), bearer(token));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(segmentKey(KEY_SECRET, dueKey()));
    const [pair = ''] = cookie.split(';');
    expect((await node.key('n1', dueKey(), { cookie: pair })).status).toBe(200);
  });

  test('behind a proxy that speaks TLS the cookie is for TLS only', async () => {
    await start({ PARLEY_SERVER_TRUST_PROXY: '1' });
    const { cookie } = await entered(node.enter(PIN, { 'x-forwarded-proto': 'https' }));
    expect(cookie).toMatch(/; Secure$/);
    const plain = await entered(node.enter(PIN, { 'x-forwarded-proto': 'http' }));
    expect(plain.cookie).not.toContain('Secure');
  });

  test('without the PIN there are no keys', async () => {
    await start();
    const wrong = await node.enter('000000');
    expect(wrong.headers.get('set-cookie')).toBeNull();
    expect([wrong.status, await codeOf(wrong)]).toEqual([403, 'PASSCODE_WRONG']);
    expect(await codeOf(await node.enter())).toBe('PASSCODE_REQUIRED');
    const refused = await node.key('n1', dueKey());
    expect([refused.status, await codeOf(refused)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused.headers.get('cache-control')).toBe('no-store');
  });

  test('its host comes without, by account', async () => {
    await start();
    await entered(node.enter(undefined, bearer('host')));
    expect(await codeOf(await node.enter(undefined, bearer('somebody')))).toBe('PASSCODE_REQUIRED');
  });

  test('guessing ends, and tells when to go on', async () => {
    await start({ PARLEY_LIMITS_LIVE_PIN_PER_ADDRESS_POINTS: '2' });
    await node.enter('000001');
    await node.enter('000002');
    const refused = await node.enter(PIN);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('another PIN voids tokens', async () => {
    await start();
    const { token } = await entered(node.enter(PIN));
    expect((await node.key('n1', dueKey(), bearer(token))).status).toBe(200);
    rooms.set(await liveRoom({ pinVersion: 2 }, mixOf(SELF)));
    await eventually(async () => {
      expect(await codeOf(await node.key('n1', dueKey(), bearer(token)))).toBe('UNAUTHENTICATED');
    });
  });

  test('keys that are not due, of another start and by strange numbers are refused', async () => {
    await start();
    const { token } = await entered(node.enter(PIN));
    const ask = async (nonce: string, number: number) =>
      (await node.key(nonce, number, bearer(token))).status;
    expect(await ask('n1', dueKey() + 3)).toBe(403);
    expect(await ask('n2', dueKey())).toBe(404);
    expect(await ask('n1', -1)).toBe(404);
    expect(await ask('n1', 1.5)).toBe(404);
  });
});

describe('files', () => {
  test('playlists and segments are there for anybody, to be cached', async () => {
    const [content] = await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    const master = await node.file('master.m3u8');
    expect(master.headers.get('content-type')).toContain('application/vnd.apple.mpegurl');
    expect(master.headers.get('cache-control')).toBe('public, max-age=1');
    expect(master.headers.get('access-control-allow-origin')).toBe('*');
    expect(await (await node.file('360p/index.m3u8')).text()).toContain('100.ts');
    const segment = await node.file('360p/100.ts');
    expect(segment.headers.get('content-type')).toBe('video/mp2t');
    expect(segment.headers.get('cache-control')).toBe('public, max-age=86400, immutable');
    expect(Buffer.from(await segment.arrayBuffer())).toEqual(content);
    expect(segment.headers.get('set-cookie')).toBeNull();
  });

  test('a part of a segment', async () => {
    const [content] = await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    const part = await node.file('360p/100.ts', { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000']);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(content?.subarray(10, 20));
    const none = await node.file('360p/100.ts', { range: 'bytes=1000-' });
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
  });

  test('what is not there is so for a second', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    for (const name of ['360p/99.ts', '360p/106.ts', '720p/index.m3u8', 'nothing.txt']) {
      const missing = await node.file(name);
      expect([missing.status, missing.headers.get('cache-control')], name).toEqual([
        ...[404, 'public, max-age=1'],
      ]);
    }
  });

  test.each([
    '/live/stage/hls/../../../etc/passwd',
    '/live/stage/hls/%2e%2e/master.m3u8',
    '/live/stage/hls/360p/%2e%2e/master.m3u8',
    '/live/stage/hls/360p%2F100.ts',
    '/live/stage/hls/360p/..%5c..%5cmaster.m3u8',
    '/live/stage/hls/%6daster.m3u8',
    '/live/stage/hls//master.m3u8',
    '/live/%2e%2e/hls/master.m3u8',
    '/live/stage/hls/360p/100.ts%00',
  ])('%s is nothing', async (path) => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    // As it stands: `fetch` would tidy it up.
    const call = request(`${node.url}/`, { path });
    call.end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(404);
  });

  test('however many ask at once, the mixer is asked once, and a room read once', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    const began = performance.now();
    /** A playlist is read anew after half a second, a room after one: on a busy machine that goes by here. */
    const most = (everyMs: number) => 1 + Math.ceil((performance.now() - began) / everyMs);
    const all = await Promise.all(
      Array.from({ length: 40 }, () => node.file('360p/index.m3u8').then(({ status }) => status)),
    );
    expect(new Set(all)).toEqual(new Set([200]));
    expect(output.reads).toBeLessThanOrEqual(most(500));
    await Promise.all(Array.from({ length: 40 }, () => node.file('360p/103.ts')));
    await node.file('360p/103.ts');
    // And the segment.
    expect(output.reads).toBeLessThanOrEqual(1 + most(500));
    expect(rooms.reads).toBeLessThanOrEqual(most(1_000));
  });

  test('segments that were never made are not looked for', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    await node.file('360p/index.m3u8');
    const [before, began] = [output.reads, performance.now()];
    for (let number = 0; number < 20; number += 1) await node.file(`360p/${1_000 + number}.ts`);
    // The playlist only, as often as it is read anew.
    const most = 1 + Math.ceil((performance.now() - began) / 500);
    expect(output.reads - before).toBeLessThanOrEqual(most);
  });

  test('the last playlist stays while the mixer is replaced, and the new one’s follows', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    await node.file('360p/index.m3u8');
    await node.file('360p/105.ts');
    output.generation = null;
    rooms.set(await liveRoom({}, mixOf(null, 2)));
    const read = rooms.reads;
    await eventually(async () => {
      await node.file('360p/index.m3u8');
      expect(rooms.reads).toBeGreaterThan(read);
    });
    expect(await (await node.file('360p/index.m3u8')).text()).toContain('105.ts');
    expect((await node.file('360p/105.ts')).status).toBe(200);
    output.generation = 2;
    await output.write({ first: 110, count: 1, nonce: 'n1' });
    rooms.set(await liveRoom({}, mixOf(SELF, 2)));
    await eventually(async () => {
      expect(await (await node.file('360p/index.m3u8')).text()).toContain('110.ts');
    });
    expect((await node.file('360p/110.ts')).status).toBe(200);
  });

  test('a start shows nothing of the one before', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    expect((await node.file('360p/index.m3u8')).status).toBe(200);
    rooms.set(await liveRoom({ nonce: 'n2' }, mixOf(SELF)));
    await eventually(async () => {
      expect((await node.file('360p/index.m3u8')).status).toBe(404);
    });
    await output.write({ first: 110, count: 1, nonce: 'n2' });
    await eventually(async () => {
      expect(await (await node.file('360p/index.m3u8')).text()).toContain('110.ts');
    });
  });

  test('after the end listeners hear the rest, and a minute later nothing is there', async () => {
    await output.write({ first: 100, count: 6, nonce: 'n1' });
    await start();
    await node.file('360p/index.m3u8');
    await output.write({ first: 101, count: 6, nonce: 'n1', hasEnded: true });
    rooms.set(await liveRoom({ desired: 'off', stoppedAt: Date.now() }, null));
    await eventually(async () => {
      expect(await (await node.file('360p/index.m3u8')).text()).toContain('#EXT-X-ENDLIST');
    });
    await rm(join(output.folder, '360p'), { recursive: true });
    expect((await node.file('360p/index.m3u8')).status).toBe(200);
    rooms.set(await liveRoom({ desired: 'off', stoppedAt: Date.now() - 60_000 }, null));
    await eventually(async () => {
      expect((await node.file('360p/index.m3u8')).status).toBe(404);
    });
  });
});

describe('status', () => {
  test('tells of the room and counts who listens', async () => {
    await start();
    expect(await node.status()).toMatchObject({ room: { state: 'on-air' }, listeners: 0 });
    await node.status('one');
    await node.status('one');
    expect(await node.status('two')).toMatchObject({ listeners: 2 });
    expect((await fetch(`${node.url}/api/rooms/nowhere/status`)).status).toBe(404);
  });

  test('its host sees how the mixer is doing', async () => {
    output.health = { state: 'running', speed: 0.98, droppedFrames: 3, delayMs: 2_100.4 };
    await start();
    await node.status('one');
    const health = (token: string) =>
      fetch(`${node.url}/api/rooms/stage/health`, { headers: bearer(token) });
    expect(await (await health('host')).json()).toEqual({
      health: {
        ...{ state: 'running', mixer: 'node a', speed: 0.98, droppedFrames: 3, delayMs: 2_100 },
        ...{ renditions: [], restarts: 0, listeners: 1, error: null, pushes: [] },
      },
    });
    expect((await health('somebody')).status).toBe(403);
  });

  test('counts under a limit of its own', async () => {
    await start({
      PARLEY_LIMITS_REST_PER_ADDRESS_POINTS: '2',
      PARLEY_LIMITS_WATCH_LIVE_PER_ADDRESS_POINTS: '5',
    });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      statuses.push((await fetch(`${node.url}/api/rooms/stage/status`)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
