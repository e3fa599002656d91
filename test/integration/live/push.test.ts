import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { eventually } from '../../support/eventually.ts';
import { probe } from '../../support/live/probe.ts';
import { groupOf, openMixer, type OpenedMixer } from '../../support/live/roomMixer.ts';

const TIMEOUT_MS = 180_000;
const LONG_MS = 60_000;
const KEY = 'a-secret-key';

let cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

async function setUp(...given: Parameters<typeof openMixer>): Promise<OpenedMixer> {
  const opened = await openMixer(...given);
  cleanUps.push(async () => {
    await opened.mixer.close(true);
    await opened.remove();
  });
  return opened;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const urlOf = (port: number) => `rtmp://127.0.0.1:${port}/live/${KEY}`;

/** FFmpeg's own server, which writes what it gets to a file, and ends with the connection. */
async function receive(port: number) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-push-'));
  const file = join(folder, 'got.flv');
  const child = spawn(
    await ensureFfmpeg(),
    ['-v', 'error', '-listen', '1', '-i', urlOf(port), '-c', 'copy', '-flush_packets', '1', file],
    { stdio: 'ignore' },
  );
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const bytes = async () => (await stat(file).catch(() => ({ size: 0 }))).size;
  return { child, file, bytes };
}

/** Of all processes of a mixer: every user of the machine may read them. */
async function argumentsOf(pid: number): Promise<string> {
  const pids = (await groupOf(pid)).map((child) => String(child.pid));
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', pids.join(',')]);
  return stdout;
}

const pushOf = ({ mixer }: OpenedMixer, id: string) =>
  mixer.health.pushes.find((push) => push.id === id);

it(
  'sends a room on, and again when the other side went away',
  { timeout: TIMEOUT_MS },
  async () => {
    const port = await freePort();
    const room = await setUp({ renditions: ['360p'], pushes: [{ id: 'a', url: urlOf(port) }] });
    await eventually(() => expect(pushOf(room, 'a')?.state).toBe('failed'), LONG_MS);
    expect(pushOf(room, 'a')?.reason).toMatch(/refused/i);

    const first = await receive(port);
    await eventually(async () => {
      expect(pushOf(room, 'a')).toMatchObject({ state: 'live', reason: null });
      expect(await first.bytes()).toBeGreaterThan(20_000);
    }, LONG_MS);
    first.child.kill('SIGKILL');
    await eventually(() => expect(pushOf(room, 'a')?.state).toBe('failed'), LONG_MS);
    const second = await receive(port);
    await eventually(async () => expect(await second.bytes()).toBeGreaterThan(20_000), LONG_MS);
    room.mixer.setPushes([]);
    await once(second.child, 'exit');

    expect(room.mixer.health.restarts).toBe(0);
    const { streams, durationSec } = await probe(second.file);
    expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
    expect(durationSec).toBeGreaterThan(1);
    expect(JSON.stringify(room.healths)).not.toContain(KEY);
  },
);

it('is held up by none, and tells no secret', { timeout: TIMEOUT_MS }, async () => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  cleanUps.push(() => mute.close());
  const [good, bad] = [await freePort(), await freePort()];
  const taker = await receive(good);
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const room = await setUp(
    {
      renditions: ['360p'],
      pushes: [
        { id: 'mute', url: urlOf((mute.address() as AddressInfo).port) },
        { id: 'bad', url: urlOf(bad) },
        { id: 'good', url: urlOf(good) },
      ],
    },
    { logger },
  );
  await eventually(async () => {
    expect(pushOf(room, 'good')?.state).toBe('live');
    expect(pushOf(room, 'bad')?.state).toBe('failed');
    expect(pushOf(room, 'mute')?.state).toBe('failed');
    expect(await taker.bytes()).toBeGreaterThan(20_000);
  }, LONG_MS);

  const seen = await argumentsOf(room.mixer.pid ?? 0);
  expect(seen).toContain(`rtmp://127.0.0.1:${good}`);
  expect(seen).not.toContain(KEY);
  expect(pushOf(room, 'mute')?.reason).toBe('Nothing gets through.');
  expect(room.mixer.health).toMatchObject({ state: 'running', restarts: 0 });
  const [first, last] = [room.segments[0], room.segments.at(-1)];
  // Not one was late.
  const passedSec = ((last?.startsAt ?? 0) - (first?.startsAt ?? 0)) / 1_000;
  expect(Math.abs(passedSec - room.segments.length + 1)).toBeLessThan(1);
  const pid = room.mixer.pid ?? 0;
  await room.mixer.close(true);
  expect(await groupOf(pid)).toEqual([]);
  expect(lines.filter((line) => line.includes('push failed')).length).toBeGreaterThan(1);
  expect(JSON.stringify([room.healths, lines])).not.toContain(KEY);
});

it(
  'begins again with the mixer, and takes no other addresses',
  { timeout: TIMEOUT_MS },
  async () => {
    const port = await freePort();
    const room = await setUp({ renditions: ['360p'] });
    for (const url of ['http://127.0.0.1/live/x', 'x']) {
      expect(() => room.mixer.setPushes([{ id: 'a', url }])).toThrow(
        expect.objectContaining({ code: 'INVALID_PAYLOAD' }),
      );
    }
    await eventually(() => expect(room.segments.length).toBeGreaterThan(0), LONG_MS);
    room.mixer.setPushes([{ id: 'a', url: urlOf(port) }]);
    process.kill(room.mixer.pid ?? 0, 'SIGKILL');
    expect(pushOf(room, 'a')?.address).toBe(`rtmp://127.0.0.1:${port}/live/***`);
    const taker = await receive(port);

    await eventually(async () => {
      expect(pushOf(room, 'a')?.state).toBe('live');
      expect(await taker.bytes()).toBeGreaterThan(20_000);
    }, LONG_MS);
    expect(room.mixer.health.restarts).toBe(1);
  },
);
