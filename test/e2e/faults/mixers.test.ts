import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { openMixer } from '../../support/live/roomMixer.ts';

/** What listeners may notice of a mixer that was killed or hangs. */
const BACK_WITHIN_MS = 10_000;

it.each([
  ['killed', 'SIGKILL'],
  ['frozen', 'SIGSTOP'],
] as const)('publishes again soon when a mixer was %s', async (_, signal) => {
  const room = await openMixer({ segmentSec: 2 });
  const { mixer, segments } = room;
  await eventually(() => expect(segments.length).toBeGreaterThan(1), 30_000);
  const hitAt = Date.now();
  process.kill(mixer.pid ?? 0, signal);
  await eventually(() => expect(segments.at(-1)?.startsAt).toBeGreaterThan(hitAt), 30_000);
  const backAfterMs = Date.now() - hitAt;
  await mixer.close(true);
  await room.remove();

  if (process.env['PARLEY_FIGURES']) process.stderr.write(`${signal} ${backAfterMs} ms\n`);
  expect(backAfterMs).toBeLessThan(BACK_WITHIN_MS);
});
