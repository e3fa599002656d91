import { hashPasscode } from '../../../server/auth/passwords.ts';
import type { LivePush, LiveRoom, LiveRoomRecord, LiveStore } from '../../../server/live/stores.ts';

export const PIN = '482913';
export const KEY_SECRET = Buffer.alloc(32, 7).toString('base64');

let pinHash: Promise<string> | undefined;

/** A room on air whose mix nobody has. */
export async function liveRoom(
  values: Partial<LiveRoomRecord> = {},
  mix: LiveRoom['mix'] = null,
): Promise<LiveRoom> {
  return {
    room: {
      ...{ roomId: 'stage', meetingId: 'm1', meetingCode: 'bcd-fgh-jkm', hostId: 'host' },
      ...{ title: 'Stage', pinHash: await (pinHash ??= hashPasscode(PIN)), pinVersion: 1 },
      ...{ desired: 'on-air', nonce: 'n1', keySecret: KEY_SECRET, createdAt: 0 },
      ...{ listenerChat: 'off', mayChat: true, offersReplay: false },
      ...{ startedAt: Date.now(), stoppedAt: null },
      ...values,
    },
    mix,
    replay: null,
  };
}

export const mixOf = (mixer: string | null, generation = 1): NonNullable<LiveRoom['mix']> => ({
  ...{ meetingId: 'm1', generation, mixer, publishing: true, assignedAt: 0 },
});

/** Rooms of a test. */
export class TestRooms implements Pick<LiveStore, 'find' | 'pushesOf'> {
  reads = 0;
  pushesOf = (): Promise<LivePush[]> => Promise.resolve([]);
  /** What reading fails with. */
  failure: Error | null = null;
  readonly #rooms = new Map<string, LiveRoom>();

  set(live: LiveRoom): void {
    this.#rooms.set(live.room.roomId, live);
  }

  find(roomId: string): Promise<LiveRoom | null> {
    this.reads += 1;
    if (this.failure) return Promise.reject(this.failure);
    return Promise.resolve(this.#rooms.get(roomId) ?? null);
  }
}
