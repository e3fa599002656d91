import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../../../server/core/AppError.ts';
import { Mailbox } from '../../../../server/core/Mailbox.ts';

const codeOf = (error: unknown): unknown => (error instanceof AppError ? error.code : error);

test('runs tasks one at a time, in the order they were posted, whatever they wait for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 20 }), async (scheduler, count) => {
      const mailbox = new Mailbox();
      const events: string[] = [];
      const posted = Array.from({ length: count }, (_, task) =>
        mailbox.post(async () => {
          events.push(`begin ${task}`);
          await scheduler.schedule(Promise.resolve(), `task ${task}`);
          events.push(`end ${task}`);
          return task;
        }),
      );
      const outcomes = await scheduler.waitFor(Promise.all(posted));
      expect(outcomes).toEqual(posted.map((_, task) => task));
      expect(events).toEqual(posted.flatMap((_, task) => [`begin ${task}`, `end ${task}`]));
    }),
  );
});

test('a failed task is told to its poster and stops nobody behind it', async () => {
  const mailbox = new Mailbox();
  const failing = mailbox.post(() => Promise.reject(new AppError('FULL')));
  const thrown = mailbox.post(() => {
    throw new AppError('LOCKED');
  });
  const behind = mailbox.post(() => 'ran');
  expect(await Promise.all([failing, thrown].map((task) => task.catch(codeOf)))).toEqual([
    'FULL',
    'LOCKED',
  ]);
  expect(await behind).toBe('ran');
});

test('refuses what has not begun when it closes, and lets the running task finish', async () => {
  const mailbox = new Mailbox();
  const gate = Promise.withResolvers<string>();
  const running = mailbox.post(() => gate.promise);
  const waiting = mailbox.post(() => 'never').catch(codeOf);
  // The first task has begun once those before it in the queue of microtasks have run.
  await Promise.resolve();
  mailbox.close();
  mailbox.close();
  expect(mailbox.closed).toBe(true);
  gate.resolve('finished');
  expect(await running).toBe('finished');
  expect(await waiting).toBe('INVALID_STATE');
  expect(await mailbox.post(() => 'never').catch(codeOf)).toBe('INVALID_STATE');
});

test('is idle when everything posted so far has run', async () => {
  const mailbox = new Mailbox();
  const ran: number[] = [];
  for (const task of [1, 2, 3]) {
    void mailbox.post(async () => {
      await Promise.resolve();
      ran.push(task);
    });
  }
  await mailbox.idle();
  expect(ran).toEqual([1, 2, 3]);
});
