import { expect, it } from 'vitest';
import type { MeetingService } from '../../../../server/meetings/MeetingService.ts';
import type { AskOptions, Owners } from '../../../../server/meetings/Owners.ts';
import { createConnection } from '../../../../server/signaling/Connection.ts';
import { EdgeRequests } from '../../../../server/signaling/EdgeRequests.ts';
import { Pulse } from '../../../../server/signaling/Pulse.ts';
import type { Seats } from '../../../../server/signaling/Seats.ts';

/** Longer than a process that is merely busy. */
const STANDSTILL_MS = 1_200;

/** Somebody who joins, while the lookup of the meeting's owner goes on until `found` settles. */
function join(found: Promise<unknown>) {
  const asked: string[] = [];
  const owners = {
    async ask(_meetingId: string, name: string, _args: unknown, { proceed }: AskOptions) {
      await found;
      await proceed?.();
      asked.push(name);
      return { status: 'joined', participantId: 'p' };
    },
  } as unknown as Owners;
  const seats = {
    entering: (_connection: unknown, _meetingId: string, enter: () => unknown) => enter(),
    take: () => undefined,
    attach: () => Promise.resolve(),
  } as unknown as Seats;
  const meetings = {
    read: () => Promise.resolve({ id: 'm', endedAt: null }),
  } as unknown as MeetingService;
  const pulse = new Pulse();
  const requests = new EdgeRequests({ meetings, owners, seats, pulse });
  const guest = { kind: 'guest', userId: 'u', name: 'U', meetingId: 'm', sessionId: 's' } as const;
  const connection = createConnection('node:socket', guest, '::1');
  const joining = requests.answer(connection, 'join-meeting', { meetingId: 'm' });
  joining.catch(() => undefined);
  return { connection, joining, asked, close: () => pulse.close() };
}

function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
}

it('asks for nobody who has gone while the process stood still in the middle of it', async () => {
  const { promise: found, resolve } = Promise.withResolvers<undefined>();
  const { connection, joining, asked, close } = join(found);
  await Promise.resolve(undefined);
  standStill();
  resolve(undefined);
  // The farewell is read after what was begun goes on.
  setImmediate(() => (connection.isGone = true));
  await expect(joining).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect(asked).toEqual([]);
  close();
});

it('goes on for whoever is still there', async () => {
  const { promise: found, resolve } = Promise.withResolvers<undefined>();
  const { joining, asked, close } = join(found);
  await Promise.resolve(undefined);
  standStill();
  resolve(undefined);
  await expect(joining).resolves.toMatchObject({ status: 'joined' });
  expect(asked).toEqual(['request']);
  close();
});

it('goes on for a page that says its last word and closes', async () => {
  const { promise: found, resolve } = Promise.withResolvers<undefined>();
  const { connection, joining, close } = join(found);
  connection.isGone = true;
  resolve(undefined);
  await expect(joining).resolves.toMatchObject({ status: 'joined' });
  close();
});
