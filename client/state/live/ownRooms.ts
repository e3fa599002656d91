import { signal } from '@preact/signals';
import type { LiveHealth, OwnLiveRoomView } from '../../../protocol/live.ts';
import type { RouteBody } from '../../../protocol/rest.ts';
import { toRequestError } from '../../api/RequestError.ts';
import type { RestClient } from '../../api/RestClient.ts';
import type { Failure, Loadable } from '../models.ts';
import { keptInTab, type Kept } from '../storage.ts';
import type { HealthModel, OwnRoomsModel } from './liveModels.ts';

const PAGE = 20;
/** Most that a list may be asked for at a time. */
const LARGEST_PAGE = 100;

type Rest = Pick<RestClient, 'call'>;

export function createOwnRooms(rest: Rest, meeting: string | null): OwnRoomsModel {
  const rooms = signal<Loadable<readonly OwnLiveRoomView[]>>({ is: 'loading' });
  const hasMore = signal(false);
  const pins = new Map<string, Kept>();
  let next: string | null = null;
  /** Counts what was done: an answer that was asked for before it is out of date. */
  let changes = 0;

  function pinKept(roomId: string): Kept {
    const kept = pins.get(roomId) ?? keptInTab(`live-pin.${roomId}`);
    pins.set(roomId, kept);
    return kept;
  }

  const shown = () => (rooms.value.is === 'ready' ? rooms.value.value : []);

  async function page(before: string | null, limit: number): Promise<readonly OwnLiveRoomView[]> {
    const query = {
      limit: String(limit),
      ...(before !== null && { before }),
      ...(meeting !== null && { meeting }),
    };
    const answer = await rest.call('listLiveRooms', { query });
    next = answer.next;
    hasMore.value = next !== null;
    return answer.rooms.filter(({ state }) => state !== 'removed');
  }

  async function refresh(): Promise<void> {
    const asked = changes;
    try {
      const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, shown().length));
      const value = await page(null, limit);
      if (asked === changes) rooms.value = { is: 'ready', value };
    } catch (error) {
      // What is known stays on the page.
      if (rooms.value.is !== 'ready')
        rooms.value = { is: 'failed', failure: toRequestError(error) };
    }
  }

  function show(room: OwnLiveRoomView): void {
    changes += 1;
    const before = shown();
    const isNew = before.every(({ roomId }) => roomId !== room.roomId);
    const value = isNew
      ? [room, ...before]
      : before.map((one) => (one.roomId === room.roomId ? room : one));
    rooms.value = { is: 'ready', value };
  }

  async function change(
    name: 'startLiveRoom' | 'stopLiveRoom' | 'removeLiveRoom',
    roomId: string,
  ): Promise<void> {
    show((await rest.call(name, { params: { roomId } })).room);
  }

  async function update(roomId: string, body: RouteBody<'updateLiveRoom'>): Promise<void> {
    show((await rest.call('updateLiveRoom', { params: { roomId }, body })).room);
  }

  return {
    ...{ rooms, hasMore, refresh },
    async loadMore() {
      if (next === null) return;
      const before = shown();
      const more = await page(next, PAGE);
      changes += 1;
      rooms.value = { is: 'ready', value: [...before, ...more] };
    },
    async create(input) {
      const { room } = await rest.call('createLiveRoom', { body: input });
      pinKept(room.roomId).set(input.pin);
      show(room);
    },
    start: (roomId) => change('startLiveRoom', roomId),
    stop: (roomId) => change('stopLiveRoom', roomId),
    remove: (roomId) => change('removeLiveRoom', roomId),
    async addPush(roomId, url) {
      await rest.call('addLivePush', { params: { roomId }, body: { url } });
    },
    async removePush(roomId, pushId) {
      await rest.call('removeLivePush', { params: { roomId, pushId } });
    },
    async changePin(roomId, pin) {
      const { room } = await rest.call('updateLiveRoom', { params: { roomId }, body: { pin } });
      pinKept(roomId).set(pin);
      show(room);
    },
    openChat: (roomId, listenerChat) => update(roomId, { listenerChat }),
    offerReplay: (roomId, replay) => update(roomId, { replay }),
    pinOf: (roomId) => pinKept(roomId).get(),
    createHealth: (roomId) => createHealth(rest, roomId),
  };
}

function createHealth(rest: Rest, roomId: string): HealthModel {
  const health = signal<LiveHealth | null>(null);
  const failure = signal<Failure | null>(null);
  return {
    health,
    failure,
    async refresh() {
      try {
        health.value = (await rest.call('readLiveHealth', { params: { roomId } })).health;
        failure.value = null;
      } catch (error) {
        failure.value = toRequestError(error);
      }
    },
  };
}
