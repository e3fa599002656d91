import type { PushView } from '../../protocol/live.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import type { LiveRooms } from './LiveRooms.ts';
import { assertPushTarget, maskedAddress } from './push/pushTarget.ts';
import type { LivePush, LiveStore } from './stores.ts';

export interface LivePushesDeps {
  rooms: Pick<LiveRooms, 'readOwn'>;
  store: Pick<LiveStore, 'addPush' | 'removePush'>;
  /** How many a room may have; 0: none. */
  most: number;
  /** A mixer has something to do. */
  tell: (mixer: string) => void;
  now: () => number;
}

/** Where rooms are sent beside their listeners, as their hosts ask for it. */
export class LivePushes {
  readonly #deps: LivePushesDeps;

  constructor(deps: LivePushesDeps) {
    this.#deps = deps;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN; INVALID_PAYLOAD; CONFLICT: there are as many as there may be */
  async add(
    host: Parameters<LiveRooms['readOwn']>[0],
    roomId: string,
    url: string,
  ): Promise<PushView> {
    const { rooms, store, most, tell, now } = this.#deps;
    const { mix } = await rooms.readOwn(host, roomId);
    const push = { id: createId(), url };
    assertPushTarget(push);
    if (!(await store.addPush(roomId, push, most, now()))) {
      const message = `A live room is sent to ${most} other places at most.`;
      throw new AppError('CONFLICT', { message });
    }
    if (mix?.mixer) tell(mix.mixer);
    return viewOf(push, []);
  }

  /** Unknown ones are fine. @throws AppError NOT_FOUND, FORBIDDEN */
  async remove(
    host: Parameters<LiveRooms['readOwn']>[0],
    roomId: string,
    pushId: string,
  ): Promise<void> {
    const { mix } = await this.#deps.rooms.readOwn(host, roomId);
    await this.#deps.store.removePush(roomId, pushId);
    if (mix?.mixer) this.#deps.tell(mix.mixer);
  }
}

/** @param told what the room's mixer tells of its pushes */
export function viewOf(
  { id, url }: LivePush,
  told: readonly Pick<PushView, 'id' | 'state' | 'reason'>[],
): PushView {
  const { state = 'waiting', reason = null } = told.find((one) => one.id === id) ?? {};
  return { id, address: maskedAddress(url), state, reason };
}
