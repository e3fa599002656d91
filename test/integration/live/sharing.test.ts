import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { colourAt } from '../../support/live/analyze.ts';
import { picturesOf } from '../../support/live/material.ts';
import { person } from '../../support/live/room.ts';
import { plain } from '../../support/live/RtpSender.ts';
import { useRooms } from '../../support/live/useRooms.ts';
import { LARGE, watchAll } from '../../support/live/watching.ts';

const TIMEOUT_MS = 180_000;
const LONG_MS = 60_000;
const rooms = useRooms();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Somebody large, of whom pictures come. */
async function withCamera() {
  const room = await rooms.open();
  const camera = room.input('VP8');
  const { port: to, mixer: askedBy } = room;
  await rooms.send({ to, askedBy, picture: { source: plain('blue'), input: camera } });
  room.setStage({ people: [person('Ada', camera)], speaker: null });
  const segmentsUntil = (at: number) =>
    eventually(() => {
      expect(room.listener.segments.at(-1)?.startsAt ?? 0).toBeGreaterThan(at);
    }, LONG_MS);
  await eventually(() => {
    expect(room.mixer.health.slots.some(({ pictures }) => pictures > 3)).toBe(true);
  }, LONG_MS);
  const beganAt = Date.now();
  await segmentsUntil(beganAt);
  return { ...room, camera, beganAt, segmentsUntil };
}

it(
  'leaves whoever speaks large until there is a picture of what is shared',
  { timeout: TIMEOUT_MS },
  async () => {
    // Encoded before it is shared: what is awaited for too long is shown without a picture.
    await picturesOf(plain('green'), 'VP8');
    const room = await withCamera();
    const { camera, port: to, mixer: askedBy, beganAt } = room;
    const screen = room.input('VP8');
    room.setStage({ people: [person('Ada', camera, undefined, screen)], speaker: null });
    // It is on its way, and asked for as large as it is to be.
    await pause(1_500);
    await rooms.send({ to, askedBy, picture: { source: plain('green'), input: screen } });
    await eventually(() => {
      const slot = askedBy.health.slots.find(({ input }) => input === screen.id);
      expect(slot?.pictures ?? 0).toBeGreaterThan(3);
    }, LONG_MS);
    const thereAt = Date.now();
    await room.segmentsUntil(thereAt + 1_000);
    const { frames } = await watchAll(room.listener);

    const seen = frames.filter(({ at }) => at > beganAt).map((frame) => colourAt(frame, ...LARGE));
    expect([...new Set(seen)]).toEqual(['blue', 'green']);
    expect(seen.lastIndexOf('blue')).toBeLessThan(seen.indexOf('green'));
  },
);

it('shows who shares a screen of which nothing comes', { timeout: TIMEOUT_MS }, async () => {
  const room = await withCamera();
  const screen = room.input('VP8');
  room.setStage({ people: [person('Ada', room.camera, undefined, screen)], speaker: null });
  const sharedAt = Date.now();
  await room.segmentsUntil(sharedAt + 7_000);
  const { frames } = await watchAll(room.listener);

  const seenAt = (from: number, to: number) =>
    new Set(
      frames
        .filter(({ at }) => at > from && at < to)
        .map((frame) => colourAt(frame, ...LARGE) === 'blue'),
    );
  expect(seenAt(room.beganAt, sharedAt + 4_000)).toEqual(new Set([true]));
  expect(seenAt(sharedAt + 6_500, Infinity)).toEqual(new Set([false]));
});
