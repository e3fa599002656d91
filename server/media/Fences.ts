import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { Command } from './MediaExecutor.ts';

/** Meetings that are remembered after they closed: more than a node sees in the life of a lease. */
const MAX_REMEMBERED = 20_000;

/** Whose orders about a meeting count. */
interface Orders {
  epoch: number;
  owner: string;
  /** When the latest came, by the monotonic clock. */
  heardAt: number;
}

/**
 * Who may give orders about each meeting: the caller with the highest epoch so far. Also of meetings
 * that are closed, since their earlier owners may still be about.
 */
export class Fences {
  readonly #latest = new Map<string, Orders>();
  readonly #max: number;
  readonly #onOwner: (orders: Command) => void;

  /** @param onOwner told of orders that are admitted from another owner, or at another epoch, than those before */
  constructor(onOwner: (orders: Command) => void = () => undefined, max = MAX_REMEMBERED) {
    this.#onOwner = onOwner;
    this.#max = max;
  }

  /** @throws StaleEpochError for an owner before the latest, and for a second one at the same epoch */
  admit(command: Command): void {
    const { meetingId, epoch, owner } = command;
    const latest = this.#latest.get(meetingId);
    if (latest && (epoch < latest.epoch || (epoch === latest.epoch && owner !== latest.owner))) {
      throw new StaleEpochError(meetingId, epoch);
    }
    // The one that was heard of longest ago comes first.
    this.#latest.delete(meetingId);
    this.#latest.set(meetingId, { epoch, owner, heardAt: performance.now() });
    if (latest?.epoch !== epoch || latest.owner !== owner) this.#onOwner(command);
    if (this.#latest.size <= this.#max) return;
    for (const oldest of this.#latest.keys()) {
      this.#latest.delete(oldest);
      break;
    }
  }

  /** The latest owner of a meeting. */
  ownerOf(meetingId: string): Readonly<Orders> | undefined {
    return this.#latest.get(meetingId);
  }
}
