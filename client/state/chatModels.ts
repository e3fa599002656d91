import type { ReadonlySignal } from '@preact/signals';

/** Messages, in rooms that outlive every page. */
export interface ChatModel {
  /** What nobody has looked at yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
}
