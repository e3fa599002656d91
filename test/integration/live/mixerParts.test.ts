import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { findFfmpeg } from '../../../server/live/mixer/ffmpeg.ts';
import { MediaPort } from '../../../server/live/mixer/MediaPort.ts';
import { eventually } from '../../support/eventually.ts';
import { possessions, workFolders } from '../../support/live/possessions.ts';
import { openRoom, person } from '../../support/live/room.ts';
import { plain } from '../../support/live/RtpSender.ts';
import { useRooms } from '../../support/live/useRooms.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;
const execute = promisify(execFile);
const rooms = useRooms();

it('leaves nothing behind, whenever it is closed', { timeout: TIMEOUT_MS }, async () => {
  const before = await possessions();
  const room = await openRoom();
  const { mixer, port, output } = room;
  const [camera, voice] = [room.input('VP8'), room.input('voice')];
  await rooms.send({ to: port, askedBy: mixer, picture: { source: plain('blue'), input: camera } });
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  await eventually(() => {
    expect(mixer.health.slots.some(({ pid }) => pid !== null)).toBe(true);
    expect(output.published).toBeGreaterThan(0);
  }, LONG_MS);
  room.input('voice');
  room.setStage({ people: [], speaker: null });
  await room.close();
  await room.close();
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  const early = await openRoom();
  await early.close();
  await Promise.all([room.remove(), early.remove()]);
  await rooms.cleanUpNow();

  const again = await MediaPort.open(port.ip, { min: port.port, max: port.port });
  await again.close();
  await eventually(async () => expect(await possessions()).toEqual(before), LONG_MS);
});

it('starts nothing where it cannot write', async () => {
  const before = await possessions();
  const file = join(tmpdir(), `parley-live-file-${process.pid}`);
  await writeFile(file, '');
  rooms.afterwards(() => execute('rm', [file]).then(() => undefined));

  await expect(openRoom({ folder: join(file, 'room') })).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(await workFolders()).toEqual(before.folders);
});

it('knows whether an FFmpeg will do', async () => {
  const found = await findFfmpeg(await ensureFfmpeg());
  expect(found.version).toMatch(/^\S+$/);

  for (const wrong of ['/nowhere/ffmpeg', process.execPath]) {
    await expect(findFfmpeg(wrong)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

it('takes one port, the one before if it can, and says so when all are taken', async () => {
  const range = { min: 46_990, max: 46_992 };
  const open = [await MediaPort.open('127.0.0.1', range, 46_992)];
  open.push(await MediaPort.open('127.0.0.1', range, 46_992));
  open.push(await MediaPort.open('127.0.0.1', range));

  expect(open.map(({ port }) => port)).toEqual([46_992, 46_990, 46_991]);
  await expect(MediaPort.open('127.0.0.1', range)).rejects.toMatchObject({ code: 'NO_CAPACITY' });
  await open[1]?.close();
  const again = await MediaPort.open('127.0.0.1', range, 46_990);
  expect(again.port).toBe(46_990);
  await Promise.all([...open, again].map((port) => port.close()));
});
