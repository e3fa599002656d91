import type { AuthService } from '../auth/AuthService.ts';
import type { Principal } from '../auth/Principal.ts';
import type { Logger } from '../core/logger.ts';
import type { AccountStore, ChangedRoom } from './stores.ts';

export type Account = Extract<Principal, { kind: 'account' }>;

export interface AccountDeletionDeps {
  accounts: AccountStore;
  auth: Pick<AuthService, 'assertPassword' | 'handleEnded'>;
  /** Ends a meeting that they host, wherever it is. */
  endMeeting: (account: Account, meetingId: string) => Promise<unknown>;
  /** Ends what they have with each of their contacts, who are told. Idempotent. */
  partFromAll: (userId: string) => Promise<void>;
  /** Tells whoever reads the room to read it anew. */
  tellChanged: (room: ChangedRoom) => Promise<void>;
  logger: Logger;
}

/**
 * Deletes accounts. The account goes last: whatever fails before, its owner can do it again. Nothing is
 * left half there that anybody could sign in to.
 */
export class AccountDeletion {
  readonly #deps: AccountDeletionDeps;

  constructor(deps: AccountDeletionDeps) {
    this.#deps = deps;
  }

  /** @throws AppError FORBIDDEN unless it is their password, RATE_LIMITED, what ending a meeting throws */
  async delete(account: Account, password: string, address: string): Promise<void> {
    const { accounts, auth, endMeeting, partFromAll, tellChanged, logger } = this.#deps;
    await auth.assertPassword(account, password, address);
    const { userId } = account;
    for (const meetingId of await accounts.openMeetingsOf(userId)) {
      await endMeeting(account, meetingId);
    }
    await partFromAll(userId);
    const { sessionIds, rooms } = await accounts.erase(userId);
    auth.handleEnded(sessionIds);
    logger.info({ userId }, 'account deleted');
    // It is done: whoever is not told now finds it at the next synchronisation.
    await Promise.all(rooms.map(tellChanged)).catch((error: unknown) => {
      logger.warn({ err: error, userId }, 'not all were told of a deleted account');
    });
  }
}
