import type { SequencedNotification } from '../../protocol/notifications.ts';

/** Notifications kept for those who come back: a minute of a lively meeting. */
const CAPACITY = 1_000;

/** The latest numbered notifications of one meeting in one epoch. */
export class EventLog {
  readonly epoch: number;
  readonly #entries: SequencedNotification[] = [];
  #seq = 0;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** Number of the latest notification; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** The stamp for the next notification, which must then be appended. */
  next(): { epoch: number; seq: number } {
    this.#seq += 1;
    return { epoch: this.epoch, seq: this.#seq };
  }

  append(notification: SequencedNotification): void {
    this.#entries.push(notification);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
  }

  /** Everything after `(epoch, seq)`; null when that cannot be told any more. */
  since(epoch: number, seq: number): SequencedNotification[] | null {
    if (epoch !== this.epoch || seq > this.#seq) return null;
    const first = this.#entries[0]?.payload.seq ?? this.#seq + 1;
    if (seq < first - 1) return null;
    return this.#entries.slice(seq - first + 1);
  }
}
