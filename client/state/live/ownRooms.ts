import { signal } from '@preact/signals';
import type { LiveHealth, OwnLiveRoomView } from '../../../protocol/live.ts';
import { toRequestError } from '../../api/RequestError.ts';
import type { RestClient } from '../../api/RestClient.ts';
import type { Failure } from '../models.ts';
import { createPagedList } from '../pagedList.ts';
import { keptInTab, type Kept } from '../storage.ts';
import type { HealthModel, OwnRoomsModel } from './liveModels.ts';

type Rest = Pick<RestClient, 'call'>;

export function createOwnRooms(rest: Rest, meeting: string | null): OwnRoomsModel {
  const { items, hasMore, refresh, loadMore, show } = createPagedList<OwnLiveRoomView>(
    async (page) => {
      const query = { ...page, ...(meeting !== null && { meeting }) };
      const { rooms, next } = await rest.call('listLiveRooms', { query });
      return { items: rooms.filter(({ state }) => state !== 'removed'), next };
    },
    ({ roomId }) => roomId,
  );
  const pins = new Map<string, Kept>();

  function pinKept(roomId: string): Kept {
    const kept = pins.get(roomId) ?? keptInTab(`live-pin.${roomId}`);
    pins.set(roomId, kept);
    return kept;
  }

  async function change(
    name: 'startLiveRoom' | 'stopLiveRoom' | 'removeLiveRoom',
    roomId: string,
  ): Promise<void> {
    show((await rest.call(name, { params: { roomId } })).room);
  }

  return {
    ...{ rooms: items, hasMore, refresh, loadMore },
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
