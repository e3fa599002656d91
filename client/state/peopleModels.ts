import type { ReadonlySignal } from '@preact/signals';

/** Who there is: contacts, and whether they are here. */
export interface PeopleModel {
  /** What nobody has looked at yet, for the badge. */
  readonly unseen: ReadonlySignal<number>;
}
