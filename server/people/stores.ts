import type { PersonView } from '../../protocol/people.ts';

/** Accounts as others see them, and who keeps away from whom. */
export interface PeopleStore {
  /** Those of the ids that are accounts, in no order. */
  find(userIds: readonly string[]): Promise<PersonView[]>;
  /** Which of the others have blocked this one, or are blocked by it: for each other they are not there. */
  apartFrom(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
  /** Idempotent. */
  block(userId: string, blockedId: string, now: number): Promise<void>;
  /** Idempotent. */
  unblock(userId: string, blockedId: string): Promise<void>;
}
