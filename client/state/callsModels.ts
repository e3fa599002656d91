import type { ReadonlySignal } from '@preact/signals';

/** Ringing, being rung, and what became of calls. */
export interface CallsModel {
  /** What nobody has looked at yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
}
