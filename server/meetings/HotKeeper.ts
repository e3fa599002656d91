import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Logger } from '../core/logger.ts';
import type { HotParticipant, HotStateStore } from './HotState.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';

export interface HotKeeperDeps {
  store: HotStateStore;
  logger: Logger;
  startedAt: () => number;
  now: () => number;
  /** Has `flush` called when it is the turn of this meeting. */
  flushLater: (delayMs: number) => void;
}

/** What changes outside the mailbox, a hand that goes down with its producer, say, is kept so soon. */
const SOON_MS = 100;
const RETRY_MS = 1_000;

/** Keeps what the next owner of one meeting needs up to date. Used in the meeting's mailbox, but for `touch`. */
export class HotKeeper {
  readonly #roster: Roster;
  readonly #deps: HotKeeperDeps;
  readonly #touched = new Set<string>();
  /** What the store has of each, as text: what is the same is not written again. */
  readonly #kept = new Map<string, string>();
  #awaited = false;

  constructor(roster: Roster, deps: HotKeeperDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Somebody is new, different, or gone. */
  touch(participantId: string): void {
    this.#touched.add(participantId);
    this.#await(SOON_MS);
  }

  /** The store has forgotten everything: all of it is kept again. */
  touchAll(): void {
    this.#kept.clear();
    for (const { id } of this.#roster.participants) this.touch(id);
  }

  /**
   * Settles when everything so far is kept. A store that is away does not stop the meeting: it is told
   * later, and the database has what must not be lost.
   * @throws StaleEpochError
   */
  async flush(): Promise<void> {
    this.#awaited = false;
    const ids = [...this.#touched];
    if (ids.length === 0) return;
    this.#touched.clear();
    const { store, logger, startedAt, now } = this.#deps;
    const { meetingId, epoch } = this.#roster.fence;
    try {
      if (this.#roster.size === 0) {
        await store.clear(meetingId, epoch);
        this.#kept.clear();
        return;
      }
      const put = ids
        .flatMap((id) => this.#roster.get(id) ?? [])
        .map(toHot)
        .filter((one) => this.#kept.get(one.id) !== JSON.stringify(one));
      const remove = ids.filter((id) => !this.#roster.get(id) && this.#kept.has(id));
      if (put.length === 0 && remove.length === 0) return;
      await store.save(meetingId, epoch, { startedAt: startedAt(), savedAt: now(), put, remove });
      for (const one of put) this.#kept.set(one.id, JSON.stringify(one));
      for (const id of remove) this.#kept.delete(id);
    } catch (error) {
      for (const id of ids) this.#touched.add(id);
      if (error instanceof StaleEpochError) throw error;
      // Told once by the store itself, and true of every meeting.
      logger.debug({ err: error, meetingId }, 'the state of a meeting is kept later');
      this.#await(RETRY_MS);
    }
  }

  #await(delayMs: number): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#deps.flushLater(delayMs);
  }
}

function toHot(participant: Participant): HotParticipant {
  const { id, userId, name, role, deviceId, joinedAt, companion, handRaisedAt } = participant;
  return {
    ...{ id, userId, name, role, deviceId, joinedAt, companion, handRaisedAt },
    stopped: [...participant.stopped],
    granted: [...participant.granted],
  };
}
