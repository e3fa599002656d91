import { z } from 'zod';
import type { LiveHealth, LiveRoomView } from '../../protocol/live.ts';
import { AppError } from '../core/AppError.ts';
import type { Listeners } from './Listeners.ts';
import type { MixFiles } from './MixFiles.ts';
import { viewOf } from './LivePushes.ts';
import type { LivePush, LiveRoom } from './stores.ts';
import { publicView } from './views.ts';

/** What a mixer tells of itself, as far as it does. */
const told = z.object({
  state: z.enum(['off', 'starting', 'running', 'interrupted']).catch('starting'),
  renditions: z.array(z.string()).catch([]),
  speed: z.number().catch(1),
  droppedFrames: z.int().catch(0),
  delayMs: z.number().nullable().catch(null),
  restarts: z.int().catch(0),
  lastError: z.string().nullable().catch(null),
  pushes: z
    .array(
      z.object({
        id: z.string(),
        state: z.enum(['connecting', 'live', 'failed']),
        reason: z.string().nullable(),
      }),
    )
    .catch([]),
});

export interface LiveListeningDeps {
  rooms: { find: (roomId: string) => Promise<LiveRoom | null> };
  mixes: Pick<MixFiles, 'health'>;
  pushesOf: (roomId: string) => Promise<LivePush[]>;
  listeners: Pick<Listeners, 'see' | 'total'>;
  /** What a node is called. */
  nameOf: (instanceId: string) => string | null;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** What listeners' pages and the host's ask for again and again. */
export class LiveListening {
  readonly #deps: LiveListeningDeps;

  constructor(deps: LiveListeningDeps) {
    this.#deps = deps;
  }

  /** @param listener what the page calls itself; it counts from now on @throws AppError NOT_FOUND */
  async watch(
    roomId: string,
    listener: string | undefined,
  ): Promise<{ room: LiveRoomView; listeners: number }> {
    const { listeners, now } = this.#deps;
    const live = await this.#find(roomId);
    if (listener !== undefined) listeners.see(roomId, listener, now());
    return { room: publicView(live), listeners: listeners.total(roomId, now()) };
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN for others than its host */
  async health(userId: string, roomId: string): Promise<LiveHealth> {
    const { mixes, listeners, nameOf, now, pushesOf } = this.#deps;
    const { room, mix } = await this.#find(roomId);
    if (room.hostId !== userId) throw new AppError('FORBIDDEN');
    const here = listeners.total(roomId, now());
    const targets = await pushesOf(roomId);
    const waiting = targets.map((target) => viewOf(target, []));
    if (!mix?.mixer) return { ...NOTHING, listeners: here, pushes: waiting };
    const mixer = nameOf(mix.mixer);
    try {
      const { health, listeners: everywhere } = await mixes.health(mix.mixer, room.meetingId);
      const { lastError, delayMs, pushes, ...rest } = told.parse(health ?? {});
      return {
        ...{ ...rest, mixer },
        delayMs: delayMs === null ? null : Math.round(delayMs),
        error: lastError,
        pushes: targets.map((target) => viewOf(target, pushes)),
        listeners: Math.max(here, everywhere),
      };
    } catch {
      const error = 'The mixer does not answer.';
      const pushes = waiting;
      return { ...NOTHING, state: 'interrupted', mixer, error, listeners: here, pushes };
    }
  }

  async #find(roomId: string): Promise<LiveRoom> {
    const live = await this.#deps.rooms.find(roomId);
    if (!live) throw new AppError('NOT_FOUND');
    return live;
  }
}

const NOTHING: LiveHealth = {
  state: 'off',
  mixer: null,
  renditions: [],
  speed: 1,
  droppedFrames: 0,
  delayMs: null,
  restarts: 0,
  listeners: 0,
  error: null,
  pushes: [],
};
