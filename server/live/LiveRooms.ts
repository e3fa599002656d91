import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Broadcast, liveRoutes } from '../../protocol/live.ts';
import { hashPasscode } from '../auth/passwords.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';
import { createSecret } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import { stateOf, type ChooseMixer, type LiveRoom, type LiveStore } from './stores.ts';

type AccountPrincipal = Extract<Principal, { kind: 'account' }>;
export type CreateLiveRoomInput = z.output<(typeof liveRoutes)['createLiveRoom']['body']>;
export type UpdateLiveRoomInput = z.output<(typeof liveRoutes)['updateLiveRoom']['body']>;

export interface LiveRoomsDeps {
  store: LiveStore;
  meetings: Pick<MeetingService, 'create' | 'read' | 'end'>;
  /** By the nodes that are there now. */
  chooseMixer: ChooseMixer;
  /** Why there is no mixer at all, for people; null where there is one. */
  whyNone: () => string | null;
  /** A mixer has something to do. */
  tell: (mixer: string) => void;
  logger: Logger;
  now: () => number;
}

const SECRET_BYTES = 32;

/** Live rooms as their hosts ask for them on any node: what is wanted is stored, and mixers follow. */
export class LiveRooms {
  readonly #deps: LiveRoomsDeps;

  constructor(deps: LiveRoomsDeps) {
    this.#deps = deps;
  }

  /** @throws AppError CONFLICT; NOT_FOUND, FORBIDDEN, ENDED of the meeting */
  async create(host: AccountPrincipal, input: CreateLiveRoomInput): Promise<LiveRoom> {
    const { store, meetings, now, logger } = this.#deps;
    const { roomId, pin, meeting: ref, title, listenerChat = 'off', replay = false } = input;
    // Before a meeting is made for nothing; what counts is what the store says.
    if (await store.find(roomId)) throw taken();
    const own = ref === undefined ? null : await this.#ownMeeting(host, ref);
    const pinHash = await hashPasscode(pin);
    const meeting = own ?? (await meetings.create(host, { title: title ?? roomId }));
    try {
      await store.insert({
        ...{ roomId, meetingId: meeting.id, hostId: host.userId, pinHash, pinVersion: 1 },
        ...{ title: title ?? meeting.title, desired: 'off', nonce: null, keySecret: null },
        ...{ listenerChat, offersReplay: replay },
        ...{ startedAt: null, stoppedAt: null, createdAt: now() },
      });
    } catch (error) {
      // Nobody has heard of the meeting.
      if (!own) await meetings.end(host, meeting.id);
      throw error;
    }
    logger.info({ roomId, meetingId: meeting.id, userId: host.userId }, 'live room created');
    return this.read(roomId);
  }

  /** Rooms of the account, newest first. */
  list(
    { userId }: AccountPrincipal,
    page: { before?: string; limit: number },
  ): Promise<{ rooms: LiveRoom[]; next: string | null }> {
    return this.#deps.store.list(userId, page);
  }

  /** That of a meeting, if there is one. @throws AppError NOT_FOUND: there is no such meeting, or it is somebody else's */
  async ofMeeting(host: AccountPrincipal, ref: string): Promise<LiveRoom | null> {
    const meeting = await this.#deps.meetings.read(ref);
    if (meeting.hostId !== host.userId) throw new AppError('NOT_FOUND');
    return this.#deps.store.ofMeeting(meeting.id);
  }

  /** @throws AppError NOT_FOUND */
  async read(roomId: string): Promise<LiveRoom> {
    const found = await this.#deps.store.find(roomId);
    if (!found) throw new AppError('NOT_FOUND', { message: 'There is no such live room.' });
    return found;
  }

  /** One that the account hosts. @throws AppError NOT_FOUND, FORBIDDEN */
  async readOwn({ userId }: AccountPrincipal, roomId: string): Promise<LiveRoom> {
    const found = await this.read(roomId);
    if (found.room.hostId === userId) return found;
    throw new AppError('FORBIDDEN', { message: 'Only its host can do this to a live room.' });
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN; INVALID_STATE: it is being removed */
  async update(
    host: AccountPrincipal,
    roomId: string,
    { pin, title, listenerChat, replay }: UpdateLiveRoomInput,
  ): Promise<LiveRoom> {
    const { room, mix } = await this.readOwn(host, roomId);
    const changed = await this.#deps.store.update(
      roomId,
      {
        ...(title !== undefined && { title }),
        ...(listenerChat !== undefined && { listenerChat }),
        ...(replay !== undefined && { offersReplay: replay }),
        ...(pin !== undefined && {
          ...{ pinHash: await hashPasscode(pin), pinVersion: room.pinVersion + 1 },
        }),
      },
      ['off', 'on-air'],
    );
    if (!changed) throw removing();
    // Everybody in the meeting is told who reads its chat.
    if (listenerChat !== undefined && mix?.mixer) this.#deps.tell(mix.mixer);
    return this.read(roomId);
  }

  /** The live room that a meeting is on air in; of none, what nobody is told. */
  async airedIn(meetingId: string): Promise<Pick<Broadcast, 'roomId' | 'listenerChat'>> {
    const found = await this.#deps.store.ofMeeting(meetingId);
    if (!found || stateOf(found).state !== 'on-air') return { roomId: null, listenerChat: 'off' };
    return { roomId: found.room.roomId, listenerChat: found.room.listenerChat };
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN, NO_CAPACITY, ENDED; INVALID_STATE: it is being removed */
  async start(host: AccountPrincipal, roomId: string): Promise<LiveRoom> {
    const { store, meetings, chooseMixer, now, tell, logger } = this.#deps;
    const { room } = await this.readOwn(host, roomId);
    if ((await meetings.read(room.meetingId)).endedAt !== null) throw new AppError('ENDED');
    const patch = {
      ...{ nonce: createSecret(), keySecret: randomBytes(SECRET_BYTES).toString('base64') },
      ...{ startedAt: now(), stoppedAt: null },
    };
    const started = await store.start(roomId, patch, chooseMixer, now());
    if (started.outcome === 'full') {
      const message = this.#deps.whyNone() ?? 'All mixers are busy.';
      throw new AppError('NO_CAPACITY', { message });
    }
    if (started.outcome === 'started') {
      const { mixer, generation } = started.mix;
      logger.info({ roomId, meetingId: room.meetingId, mixer, generation }, 'live room starts');
      if (mixer !== null) tell(mixer);
    }
    return this.#readUnlessRemoved(roomId);
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN; INVALID_STATE: it is being removed */
  async stop(host: AccountPrincipal, roomId: string): Promise<LiveRoom> {
    const { store, now, logger } = this.#deps;
    const { mix } = await this.readOwn(host, roomId);
    const stopped = await store.update(roomId, { desired: 'off', stoppedAt: now() }, ['on-air']);
    if (stopped) {
      logger.info({ roomId }, 'live room stops');
      if (mix?.mixer) this.#deps.tell(mix.mixer);
    }
    return this.#readUnlessRemoved(roomId);
  }

  /** It is gone when nothing of it runs any more. @throws AppError NOT_FOUND, FORBIDDEN */
  async remove(host: AccountPrincipal, roomId: string): Promise<LiveRoom> {
    const { store, logger } = this.#deps;
    const found = await this.readOwn(host, roomId);
    const { mix } = found;
    await store.update(roomId, { desired: 'removed' }, ['off', 'on-air']);
    logger.info({ roomId }, 'live room is removed');
    if (mix?.mixer) this.#deps.tell(mix.mixer);
    else await store.remove(roomId);
    return { ...found, room: { ...found.room, desired: 'removed' } };
  }

  async #readUnlessRemoved(roomId: string): Promise<LiveRoom> {
    const found = await this.read(roomId);
    if (stateOf(found).state === 'removing') throw removing();
    return found;
  }

  async #ownMeeting({ userId }: AccountPrincipal, ref: string) {
    const meeting = await this.#deps.meetings.read(ref);
    if (meeting.hostId !== userId) {
      throw new AppError('FORBIDDEN', { message: 'Only its host can take a meeting on air.' });
    }
    if (meeting.endedAt !== null) throw new AppError('ENDED');
    return meeting;
  }
}

function taken(): AppError {
  return new AppError('CONFLICT', { message: 'There is a live room of this name.' });
}

function removing(): AppError {
  return new AppError('INVALID_STATE', { message: 'This live room is being removed.' });
}
