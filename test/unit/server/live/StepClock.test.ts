import { afterEach, expect, it } from 'vitest';
import { StepClock } from '../../../../server/live/mixer/StepClock.ts';

let clock: StepClock | undefined;

afterEach(() => clock?.close());

const busy = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

/** Runs until that many steps were made. */
function run(steps: number, onStep: (index: number) => void = () => undefined) {
  const made: { index: number; behind: number }[] = [];
  return new Promise<typeof made>((resolve) => {
    clock = new StepClock(10, (index, behind) => {
      made.push({ index, behind });
      onStep(index);
      if (made.length < steps) return;
      clock?.close();
      resolve(made);
    });
    clock.start();
  });
}

it('makes every step, one after another, at its time', async () => {
  const startedAt = performance.now();
  const made = await run(10);

  expect(made.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
});

it('makes up for those that are late, and says so', async () => {
  const made = await run(12, (index) => {
    if (index === 2) busy(65);
  });

  expect(made.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(Math.max(...made.map(({ behind }) => behind))).toBeGreaterThanOrEqual(4);
});

it('does not make up for what nobody waits for any more', async () => {
  let wasBusy = false;
  await new Promise<void>((resolve) => {
    clock = new StepClock(10, (_, behind) => {
      if (wasBusy) {
        clock?.close();
        resolve();
      } else if (behind === 0) {
        // The last that was due: what is due after it has not been counted.
        busy(2_300);
        wasBusy = true;
      }
    });
    clock.start();
  });

  expect(clock?.skipped).toBeGreaterThan(20);
});

it('makes none once it is closed', async () => {
  const made = await run(1);
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(made).toHaveLength(1);
});
