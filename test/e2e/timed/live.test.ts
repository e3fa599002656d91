import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { beepsIn, flashesIn, median, stepsBetween } from '../../support/live/analyze.ts';
import { createInput, person } from '../../support/live/room.ts';
import { openMixer } from '../../support/live/roomMixer.ts';
import { BEEPING, FLASHING, RtpSender } from '../../support/live/RtpSender.ts';

/** What nobody notices. */
const MAX_STEP_MS = 80;
/** A segment of a second, and encoding it; players stay three segments behind that. */
const MAX_DELAY_MS = 2_000;

it('keeps pictures and sound of a live room in step, and both soon', async () => {
  const room = await openMixer();
  const listener = room.listen();
  const [camera, voice] = [createInput('VP8'), createInput('voice')];
  const people = [person('Ada', camera, voice)];
  room.mixer.setFeed({ inputs: [camera, voice], stage: { people, speaker: null } });
  const [to] = await eventually(() => {
    expect(room.rtp).toHaveLength(1);
    return room.rtp;
  });
  if (!to) throw new Error('There is no port.');
  const sender = await RtpSender.start({
    to,
    askedBy: room.mixer,
    picture: { source: FLASHING, input: camera },
    voice: { source: BEEPING, input: voice },
  });
  const enough = room.segments.length + 13;
  await eventually(() => expect(room.segments.length).toBeGreaterThan(enough), 30_000);
  await room.mixer.close(true);
  sender.stop();
  await listener.close();
  const [run] = await listener.watch();
  await room.remove();
  if (!run) throw new Error('There is no stream.');

  const beeps = beepsIn(run.sound);
  const steps = stepsBetween(flashesIn(run.frames, 0.1, 0.1), beeps);
  const delays = listener.segments.map(({ foundAt, startsAt }) => foundAt - startsAt);
  if (process.env['PARLEY_FIGURES']) process.stderr.write(`${JSON.stringify({ steps, delays })}\n`);
  expect(steps.length).toBeGreaterThan(8);
  expect(Math.abs(median(steps))).toBeLessThan(MAX_STEP_MS);
  expect(median(delays)).toBeLessThan(MAX_DELAY_MS);
});
