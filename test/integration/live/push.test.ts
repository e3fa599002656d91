import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { freePort } from '../../../provision/throwaway/freePort.ts';
import { eventually } from '../../support/eventually.ts';
import { probe } from '../../support/live/probe.ts';
import { groupOf, type OpenedMixer } from '../../support/live/roomMixer.ts';
import { useMixers } from '../../support/live/useMixers.ts';
import { TlsFront } from '../../support/TlsFront.ts';

const TIMEOUT_MS = 180_000;
const LONG_MS = 60_000;
const KEY = 'a-secret-key';

const { open, afterwards } = useMixers();

const urlOf = (port: number, scheme = 'rtmp') => `${scheme}://127.0.0.1:${port}/live/${KEY}`;

/** FFmpeg's own server, which writes what it gets to a file, and ends with the connection. */
async function receive(port: number) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-push-'));
  const file = join(folder, 'got.flv');
  const child = spawn(
    await ensureFfmpeg(),
    ['-v', 'error', '-listen', '1', '-i', urlOf(port), '-c', 'copy', '-flush_packets', '1', file],
    { stdio: 'ignore' },
  );
  afterwards(async () => {
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

/** Has mixers that are started from now on trust a certificate, as operators have them. */
async function trust(certificate: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-trust-'));
  const path = join(folder, 'own.pem');
  await writeFile(path, certificate);
  const before = process.env['NODE_EXTRA_CA_CERTS'];
  process.env['NODE_EXTRA_CA_CERTS'] = path;
  afterwards(async () => {
    if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
    else process.env['NODE_EXTRA_CA_CERTS'] = before;
    await rm(folder, { recursive: true, force: true });
  });
}

const pushOf = ({ mixer }: OpenedMixer, id: string) =>
  mixer.health.pushes.find((push) => push.id === id);

it(
  'sends a room on, and again when the other side went away',
  { timeout: TIMEOUT_MS },
  async () => {
    const port = await freePort();
    const room = await open({ renditions: ['360p'], pushes: [{ id: 'a', url: urlOf(port) }] });
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

it('sends a room on over TLS to whom it can trust alone', { timeout: TIMEOUT_MS }, async () => {
  const port = await freePort();
  const front = await TlsFront.start(port);
  afterwards(() => front.close());
  const plain = await freePort();
  const taker = await receive(port);
  const plainTaker = await receive(plain);
  const pushes = [
    { id: 'tls', url: urlOf(front.port, 'rtmps') },
    { id: 'plain', url: urlOf(plain, 'rtmps') },
  ];
  const strange = await open({ renditions: ['360p'], pushes });
  await eventually(() => {
    expect(pushOf(strange, 'tls')).toMatchObject({ state: 'failed' });
    expect(pushOf(strange, 'plain')?.state).toBe('failed');
  }, LONG_MS);
  await strange.mixer.close(true);
  expect(front.trusted).toBe(0);
  expect(await taker.bytes()).toBe(0);
  expect(await plainTaker.bytes()).toBe(0);

  await trust(front.certificate);
  const room = await open({ renditions: ['360p'], pushes });
  await eventually(async () => {
    expect(pushOf(room, 'tls')).toMatchObject({ state: 'live', reason: null });
    expect(await taker.bytes()).toBeGreaterThan(20_000);
  }, LONG_MS);
  expect(pushOf(room, 'tls')?.address).toBe(`rtmps://127.0.0.1:${front.port}/live/***`);
  room.mixer.setPushes([]);
  await once(taker.child, 'exit');

  const { streams, durationSec } = await probe(taker.file);
  expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
  expect(durationSec).toBeGreaterThan(1);
  expect(JSON.stringify([strange.healths, room.healths])).not.toContain(KEY);
});

it('is held up by none, and tells no secret', { timeout: TIMEOUT_MS }, async () => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  afterwards(() => mute.close());
  const [good, bad] = [await freePort(), await freePort()];
  const taker = await receive(good);
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const room = await open(
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
    const room = await open({ renditions: ['360p'] });
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
