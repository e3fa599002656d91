import { expect, test } from 'vitest';
import { Semaphore } from '../../../../server/auth/Semaphore.ts';

test('runs a bounded number at once, in order', async () => {
  const semaphore = new Semaphore(2, 10);
  const events: string[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<undefined>());
  const runs = gates.map((gate, index) =>
    semaphore.run(async () => {
      events.push(`begin ${index}`);
      await gate.promise;
      events.push(`end ${index}`);
    }),
  );
  expect(events).toEqual(['begin 0', 'begin 1']);
  gates[1]?.resolve(undefined);
  await runs[1];
  gates.forEach((gate) => gate.resolve(undefined));
  await Promise.all(runs);
  expect(events.slice(0, 4)).toEqual(['begin 0', 'begin 1', 'end 1', 'begin 2']);
  expect(events).toHaveLength(8);
});

test('is full when all places are taken and as many wait as may', async () => {
  const semaphore = new Semaphore(1, 1);
  const gate = Promise.withResolvers<undefined>();
  const running = semaphore.run(() => gate.promise);
  expect(semaphore.full).toBe(false);
  const waiting = semaphore.run(() => gate.promise);
  expect(semaphore.full).toBe(true);
  gate.resolve(undefined);
  await Promise.all([running, waiting]);
  expect(semaphore.full).toBe(false);
});

test('gives the place back when a task fails', async () => {
  const semaphore = new Semaphore(1, 1);
  await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await semaphore.run(() => Promise.resolve(1))).toBe(1);
});
