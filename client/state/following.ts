import { signal, type ReadonlySignal } from '@preact/signals';
import type { MeetingSnapshot, SequencedNotification } from '../../protocol/notifications.ts';
import { applyNotification, isBehind, rosterOf, type RosterState } from './roster.ts';

export interface FollowingOptions {
  /** A fact was applied. */
  onApplied: (notification: SequencedNotification, before: RosterState, after: RosterState) => void;
  /** Something was missed: it has to be asked for, and told with `catchUp` or `adopt`. */
  onMissing: () => void;
}

/** The meeting as the server tells of it: applies what is numbered, in its order and without a gap. */
export class Following {
  readonly #options: FollowingOptions;
  readonly #roster;
  /** What came while the rest was asked for; null while nothing is missing. */
  #held: SequencedNotification[] | null = null;

  constructor(snapshot: MeetingSnapshot, options: FollowingOptions) {
    this.#roster = signal<RosterState>(rosterOf(snapshot));
    this.#options = options;
  }

  get roster(): ReadonlySignal<RosterState> {
    return this.#roster;
  }

  /** Whether something is missing, and will be told. */
  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** What comes from now on is applied after what was missed. */
  hold(): void {
    this.#held ??= [];
  }

  handle(notification: SequencedNotification): void {
    if (this.#held) {
      this.#held.push(notification);
      return;
    }
    const before = this.#roster.value;
    const after = applyNotification(before, notification);
    if (!after) {
      // Something is missing in between: this one comes after it.
      this.#held = [notification];
      this.#options.onMissing();
    } else if (after !== before) {
      this.#roster.value = after;
      this.#options.onApplied(notification, before, after);
    }
  }

  /** Where the server stands. */
  handlePosition(now: { epoch: number; seq: number }): void {
    if (this.#held || !isBehind(this.#roster.value, now)) return;
    this.#held = [];
    this.#options.onMissing();
  }

  /** The whole meeting as it is now; what is held is applied by `catchUp`. */
  adopt(snapshot: MeetingSnapshot): void {
    this.#roster.value = rosterOf(snapshot);
  }

  /** Applies what was missed, and what came meanwhile. */
  catchUp(missed: readonly SequencedNotification[]): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const notification of [...missed, ...held]) this.handle(notification);
  }

  /** What came meanwhile is of an earlier stay. */
  forgetHeld(): void {
    this.#held = null;
  }
}
