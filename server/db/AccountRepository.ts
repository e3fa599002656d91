import type { Knex } from 'knex';
import type { AccountStore, Erased } from '../people/stores.ts';
import { eraseTalk } from './eraseTalk.ts';
import { eraseRecordings } from './RecordingRepository.ts';

/** What others read of somebody who is gone. */
const NOBODY = 'Deleted account';
const NO_TITLE = 'Meeting';
const NO_RECORDING = 'Recording';

/** Deletes accounts in PostgreSQL or PGlite. */
export class AccountRepository implements AccountStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async openMeetingsOf(userId: string): Promise<string[]> {
    return this.#db('meetings')
      .where({ host_id: userId })
      .whereNull('ended_at')
      .orderBy('id')
      .pluck<string[]>('id');
  }

  async erase(userId: string): Promise<Erased> {
    return this.#db.transaction(async (transaction): Promise<Erased> => {
      const [user] = await transaction('users')
        .where({ id: userId, kind: 'account' })
        // Whatever else concerns the two of a pair waits for this, or is waited for.
        .forUpdate()
        .select<{ email: string }[]>('email');
      if (!user) return { sessionIds: [], rooms: [] };
      await transaction('users').where({ id: userId }).update({
        kind: 'deleted',
        email: null,
        password_hash: null,
        name: NOBODY,
        about: '',
        avatar_id: null,
        chosen_status: 'online',
        last_seen: null,
      });
      await transaction('avatars').where({ user_id: userId }).delete();
      await transaction('contacts').where({ low_id: userId }).orWhere({ high_id: userId }).delete();
      await transaction('blocks')
        .where({ user_id: userId })
        .orWhere({ blocked_id: userId })
        .delete();
      await transaction('meeting_invited').where({ email: user.email }).delete();
      await transaction('meeting_roles').where({ user_id: userId }).delete();
      await transaction('admissions').where({ user_id: userId }).delete();
      await transaction('standing_decisions')
        .where({ user_id: userId })
        .update({ name: NOBODY, device_id: null });
      await transaction('participants')
        .where({ user_id: userId })
        .update({ name: NOBODY, device_id: null });
      await transaction('audit_entries').where({ actor_id: userId }).update({ actor_name: NOBODY });
      await transaction('audit_entries')
        .where({ subject_id: userId })
        .update({ subject_name: NOBODY });
      await transaction('meetings')
        .where({ host_id: userId })
        .update({ title: NO_TITLE, passcode_hash: null, waiting_message: null });
      await transaction('live_rooms').where({ host_id: userId }).update({ desired: 'removed' });
      await eraseRecordings(transaction, userId, NO_RECORDING);
      const rooms = await eraseTalk(transaction, userId, NOBODY);
      const sessions = await transaction('sessions')
        .where({ user_id: userId })
        .delete()
        .returning<{ id: string }[]>('id');
      return { sessionIds: sessions.map(({ id }) => id), rooms };
    });
  }
}
