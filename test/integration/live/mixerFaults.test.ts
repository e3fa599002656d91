import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { person } from '../../support/live/room.ts';
import { plain, tone } from '../../support/live/RtpSender.ts';
import { useRooms } from '../../support/live/useRooms.ts';
import {
  expectUnbroken,
  heardIn,
  LARGE,
  LOUD,
  report,
  seenIn,
  watchAll,
} from '../../support/live/watching.ts';

const TIMEOUT_MS = 180_000;
/** For what takes a moment, on a machine that does much else. */
const LONG_MS = 40_000;
const rooms = useRooms();

it('goes on when a decoder and an encoder are killed', { timeout: TIMEOUT_MS }, async () => {
  const room = await rooms.open();
  const { mixer, listener } = room;
  const [camera, voice] = [room.input('VP8'), room.input('voice')];
  await rooms.send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('blue'), input: camera },
    voice: { source: tone(300), input: voice },
  });
  room.setStage({ people: [person('Ada', camera, voice)], speaker: null });
  const slot = () => mixer.health.slots.find(({ input }) => input === camera.id);
  await eventually(() => {
    expect(listener.segments.length).toBeGreaterThan(2);
    expect(slot()?.pictures).toBeGreaterThan(5);
  }, LONG_MS);

  const decoder = slot()?.pid ?? 0;
  const keysBefore = room.keyRequests.length;
  process.kill(decoder, 'SIGKILL');
  await eventually(() => expect(slot()).toMatchObject({ state: 'running', restarts: 1 }), LONG_MS);
  expect(slot()?.pid).not.toBe(decoder);
  expect(room.keyRequests.length).toBeGreaterThan(keysBefore);
  await sleep(1_000);
  expect(mixer.health.encoder.restarts).toBe(0);

  const killedAt = Date.now();
  process.kill(mixer.health.encoder.pid ?? 0, 'SIGKILL');
  const [next] = await eventually(() => {
    const [, ...after] = listener.segments.filter(({ isDiscontinuous }) => isDiscontinuous);
    expect(after).toHaveLength(1);
    return after;
  }, LONG_MS);
  await sleep(2_000);
  await room.close();
  const { runs, frames, sounds } = await watchAll(listener);

  expect(runs).toHaveLength(2);
  expectUnbroken(listener.segments);
  expect(listener.keyUris.size).toBeGreaterThan(1);
  const lastFrom = next?.startsAt ?? 0;
  expect(seenIn(frames, lastFrom + 200, Infinity, LARGE)).toBe('blue');
  expect(heardIn(sounds, lastFrom + 200, lastFrom + 1_200)).toBeGreaterThan(LOUD);
  report('killed', { backAfterMs: (next?.foundAt ?? 0) - killedAt });
});

it(
  'leaves pictures out and no sound when the encoder is too slow',
  { timeout: TIMEOUT_MS },
  async () => {
    const room = await rooms.open();
    const { mixer, listener } = room;
    const voice = room.input('voice');
    await rooms.send({
      to: room.port,
      askedBy: room.mixer,
      voice: { source: tone(300), input: voice },
    });
    room.setStage({ people: [person('Ada', undefined, voice)], speaker: null });
    await eventually(() => expect(listener.segments.length).toBeGreaterThan(3), LONG_MS);
    const before = mixer.health.encoder;

    process.kill(before.pid ?? 0, 'SIGSTOP');
    await sleep(4_000);
    expect(mixer.health.encoder.lagMs).toBeGreaterThan(3_000);
    process.kill(before.pid ?? 0, 'SIGCONT');
    await eventually(() => expect(mixer.health.encoder.lagMs).toBeLessThan(2_500), LONG_MS);
    await sleep(1_000);
    await room.close();
    const { runs, sounds } = await watchAll(listener);

    expect(mixer.health.encoder.restarts).toBe(before.restarts);
    expect(mixer.health.encoder.droppedPictures).toBeGreaterThan(50);
    expect(runs).toHaveLength(1);
    const [sound] = sounds;
    const begins = (sound?.startsAt ?? 0) + 4_000;
    for (let at = begins; at < begins + 5_000; at += 100) {
      expect(heardIn(sounds, at, at + 100)).toBeGreaterThan(LOUD);
    }
  },
);

it('replaces an encoder and a decoder that hang', { timeout: TIMEOUT_MS }, async () => {
  const room = await rooms.open();
  const { mixer, listener } = room;
  const camera = room.input('VP8');
  await rooms.send({
    to: room.port,
    askedBy: room.mixer,
    picture: { source: plain('blue'), input: camera },
  });
  room.setStage({ people: [person('Ada', camera)], speaker: null });
  const slot = () => mixer.health.slots.find(({ input }) => input === camera.id);
  await eventually(() => {
    expect(listener.segments.length).toBeGreaterThan(2);
    expect(slot()?.pictures).toBeGreaterThan(5);
  }, LONG_MS);
  const hanging = [mixer.health.encoder.pid ?? 0, slot()?.pid ?? 0];

  for (const pid of hanging) process.kill(pid, 'SIGSTOP');
  await eventually(() => {
    expect(slot()).toMatchObject({ state: 'running', restarts: 1 });
    expect(listener.segments.filter(({ isDiscontinuous }) => isDiscontinuous)).toHaveLength(2);
  }, LONG_MS);

  for (const pid of hanging) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
