import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { beepsIn, flashesIn } from '../../support/live/analyze.ts';
import { openRoom } from '../../support/live/room.ts';
import {
  AUDIO_PAYLOAD,
  BEEPING,
  FLASHING,
  RtpSender,
  VIDEO_PAYLOAD,
} from '../../support/live/RtpSender.ts';

/** What nobody notices. */
const MAX_STEP_MS = 80;
/** A segment of a second, and encoding it; players stay three segments behind that. */
const MAX_DELAY_MS = 2_000;

it('keeps pictures and sound of a live room in step, and both soon', async () => {
  const { mixer, listen, remove } = await openRoom();
  const listener = listen();
  const camera = await mixer.openPicture({ payloadType: VIDEO_PAYLOAD, codec: 'VP8' });
  const voice = await mixer.openVoice({ payloadType: AUDIO_PAYLOAD });
  const sender = await RtpSender.start({
    picture: { source: FLASHING, to: camera },
    voice: { source: BEEPING, to: voice },
  });
  const ada = { id: 'ada', name: 'Ada', voice: voice.id, camera: camera.id, screen: null };
  mixer.setStage({ people: [ada], speaker: null });
  await sleep(14_000);
  await mixer.close();
  sender.stop();
  await listener.close();
  const [run] = await listener.watch();
  await remove();
  if (!run) throw new Error('There is no stream.');

  const beeps = beepsIn(run.sound);
  const steps = flashesIn(run.frames, 0.1, 0.1).flatMap((flash) => {
    const near = beeps.map((beep) => beep - flash).filter((step) => Math.abs(step) < 500);
    return near.sort((a, b) => Math.abs(a) - Math.abs(b)).slice(0, 1);
  });
  const delays = listener.segments.map(({ foundAt, startsAt }) => foundAt - startsAt);
  if (process.env['PARLEY_FIGURES']) process.stderr.write(`${JSON.stringify({ steps, delays })}\n`);
  expect(steps.length).toBeGreaterThan(8);
  expect(Math.abs(median(steps))).toBeLessThan(MAX_STEP_MS);
  expect(median(delays)).toBeLessThan(MAX_DELAY_MS);
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
