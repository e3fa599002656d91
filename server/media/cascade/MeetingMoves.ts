import type { RtpCapabilities } from '../../../protocol/rtp.ts';
import { AppError } from '../../core/AppError.ts';
import type { Logger } from '../../core/logger.ts';
import type { MediaEvents } from '../MediaCommands.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import type { Homes } from './Homes.ts';
import type { Movable } from './nextMove.ts';

/** Which client has not built everything anew by then will not. */
export const MOVE_TIMEOUT_MS = 30_000;
/**
 * Of so many who send, one moves at a time: everybody receives them twice meanwhile. It takes each some
 * 5 s, and all of a meeting have to be away before the deadline.
 */
const SENDERS_PER_MOVE = 50;
/** After a move that came to nothing; twice as long after the next, since others wait for their turn. */
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

export interface MeetingMovesDeps {
  meetingId: string;
  homes: Homes;
  /** A router for one more participant. @throws AppError NO_CAPACITY */
  place: () => RouterRef | Promise<RouterRef>;
  isOpen: (router: RouterRef) => boolean;
  /** Who sends anything. */
  publishers: () => ReadonlySet<string>;
  rtpCapabilities: () => RtpCapabilities;
  /** Somebody has nothing at that router any more. */
  onLeft: (participantId: string, router: RouterRef) => Promise<void>;
  emit: <N extends keyof MediaEvents>(name: N, payload: MediaEvents[N][0]) => void;
  timeoutMs: number;
  logger: Logger;
  /** Milliseconds of a clock that does not go back. */
  now: () => number;
}

/**
 * Moves participants of one meeting to other routers: their clients build everything anew there, and
 * what they had before is closed only when that flows. Until then they have two homes.
 */
export class MeetingMoves {
  readonly #deps: MeetingMovesDeps;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Those for whom a router is looked for. */
  readonly #beginning = new Set<string>();
  /** Those who stay where they are. */
  readonly #kept = new Set<string>();
  readonly #putOffs = new Map<string, { until: number; delayMs: number }>();

  constructor(deps: MeetingMovesDeps) {
    this.#deps = deps;
  }

  /** Whether as many move who send as may at once. */
  get isBusy(): boolean {
    const { homes, publishers } = this.#deps;
    const all = publishers();
    const moving = [...this.#beginning, ...homes.moving].filter((id) => all.has(id));
    return moving.length > 0 && moving.length >= Math.ceil(all.size / SENDERS_PER_MOVE);
  }

  /** Those placed at one of these routers who do not move yet. */
  waiting(at: ReadonlySet<RouterRef>): Movable[] {
    const { meetingId, homes, publishers, now } = this.#deps;
    const all = publishers();
    return homes
      .at(at)
      .filter((id) => !homes.next(id) && !this.#beginning.has(id) && !this.#kept.has(id))
      .filter((id) => (this.#putOffs.get(id)?.until ?? 0) <= now())
      .map((participantId) => ({
        ...{ meetingId, participantId, publishes: all.has(participantId) },
        turn: homes.turnOf(participantId),
      }));
  }

  /** Finds a router for them and has them told. Where there is none it is tried again later. */
  async begin(participantId: string): Promise<void> {
    const { meetingId, homes, place, isOpen, rtpCapabilities, emit, logger } = this.#deps;
    const before = homes.find(participantId);
    if (!before || homes.next(participantId) || this.#beginning.has(participantId)) return;
    this.#beginning.add(participantId);
    let to: RouterRef;
    try {
      to = await place();
    } catch {
      this.#putOff(participantId);
      return;
    } finally {
      this.#beginning.delete(participantId);
    }
    // They may have gone meanwhile, or lost what they had.
    if (homes.find(participantId) !== before || !isOpen(to) || to === before.router) return;
    const moveId = homes.beginMove(participantId, to);
    this.#expectEnd(participantId, moveId);
    const { nodeId, worker } = to;
    logger.info({ meetingId, participantId, moveId, nodeId, worker }, 'participant moving');
    emit('participant-moving', {
      ...{ meetingId, participantId, moveId, rtpCapabilities: rtpCapabilities() },
    });
  }

  /** Those who were in the middle of a move when the meeting was taken over go on with it. */
  adopt(): void {
    const { homes } = this.#deps;
    for (const id of homes.moving) this.#expectEnd(id, homes.next(id)?.moveId ?? 0);
  }

  /** @throws AppError INVALID_STATE when that move has ended otherwise */
  async finish(participantId: string, moveId: number, moved: boolean): Promise<void> {
    const { homes } = this.#deps;
    const next = homes.next(participantId);
    if (next?.moveId === moveId) {
      if (!moved) this.#putOff(participantId);
      await this.#end(participantId, moved);
      return;
    }
    // Told again, because the answer was lost. What has not been made for it is as if cancelled.
    if (moved && !this.#isAt(participantId, moveId)) throw new AppError('INVALID_STATE');
  }

  /** What was made for the moves to these routers is gone. */
  lose(routers: ReadonlySet<RouterRef>): void {
    for (const participantId of this.#deps.homes.movingTo(routers)) {
      void this.#end(participantId, false);
    }
  }

  /** They are gone, or have lost what they had. */
  forget(participantId: string): void {
    clearTimeout(this.#timers.get(participantId));
    this.#timers.delete(participantId);
    this.#putOffs.delete(participantId);
    this.#kept.delete(participantId);
  }

  /** Nothing moves them, until they are forgotten. */
  keep(participantId: string): void {
    this.#kept.add(participantId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Whether they are where that move was to bring them. */
  #isAt(participantId: string, moveId: number): boolean {
    const home = this.#deps.homes.find(participantId);
    return home?.moveId === moveId && home.transports.size > 0;
  }

  #expectEnd(participantId: string, moveId: number): void {
    const timer = setTimeout(() => {
      void this.finish(participantId, moveId, false);
    }, this.#deps.timeoutMs);
    this.#timers.set(participantId, timer);
  }

  async #end(participantId: string, moved: boolean): Promise<void> {
    const { meetingId, homes, onLeft, logger } = this.#deps;
    clearTimeout(this.#timers.get(participantId));
    this.#timers.delete(participantId);
    const left = homes.endMove(participantId, moved);
    logger.info(
      { meetingId, participantId },
      moved ? 'participant moved' : 'participant not moved',
    );
    if (left) await onLeft(participantId, left);
  }

  #putOff(participantId: string): void {
    const before = this.#putOffs.get(participantId)?.delayMs;
    const delayMs = before === undefined ? RETRY_MS : Math.min(2 * before, LONGEST_RETRY_MS);
    this.#putOffs.set(participantId, { until: this.#deps.now() + delayMs, delayMs });
  }
}
