import type { Logger } from '../core/logger.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import type { PictureStore } from './stores.ts';
import type { Waiting } from './Waiting.ts';
import type { WaitingRoom } from './WaitingRoom.ts';

export interface PicturesDeps {
  store: Pick<PictureStore, 'picturesOf'>;
  waitingRoom: () => WaitingRoom;
  logger: Logger;
}

/**
 * The pictures of those who are in one meeting or wait for it. They are read when a place is stored, and
 * whenever they are said to be others: whoever changes theirs in between is found by that place.
 */
export class Pictures {
  readonly #roster: Roster;
  readonly #deps: PicturesDeps;

  constructor(roster: Roster, deps: PicturesDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Gives people the picture that they have now. Never rejects: nobody is kept out for a picture. */
  async read(people: readonly (Participant | Waiting)[]): Promise<void> {
    const { store, logger } = this.#deps;
    if (people.length === 0) return;
    try {
      const found = await store.picturesOf(people.map(userIdOf));
      for (const one of people) one.avatarUrl = found.get(userIdOf(one)) ?? null;
    } catch (error) {
      logger.warn({ err: error, meetingId: this.#roster.meetingId }, 'pictures were not read');
    }
  }

  /** Somebody may have another picture, or none any more: whoever sees them is told. */
  async refresh(userId: string): Promise<void> {
    const waitingRoom = this.#deps.waitingRoom();
    const present = this.#roster.ofUser(userId);
    const waiting = waitingRoom.ofUser(userId);
    const all = [...present, ...(waiting ? [waiting] : [])];
    const before = new Map(all.map((one) => [one, one.avatarUrl]));
    await this.read(all);
    for (const one of present) {
      const { id: participantId, name, avatarUrl } = one;
      if (avatarUrl === before.get(one)) continue;
      this.#roster.publish('participant-renamed', { participantId, name, avatarUrl });
    }
    if (waiting && waiting.avatarUrl !== before.get(waiting)) waitingRoom.changed(waiting);
  }
}

function userIdOf(one: Participant | Waiting): string {
  return 'visitor' in one ? one.visitor.userId : one.userId;
}
