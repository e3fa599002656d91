import type { Knex } from 'knex';
import type { AssignedRole, Fence, RoleStore } from '../meetings/stores.ts';
import { fenced } from './fenced.ts';

/** Keeps the roles that people were given in PostgreSQL or PGlite. */
export class RoleRepository implements RoleStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async list(meetingId: string): Promise<AssignedRole[]> {
    const rows = await this.#db<RoleRow>('meeting_roles')
      .where({ meeting_id: meetingId })
      .orderBy('user_id');
    return rows.map(({ user_id, role, returns_to }) => ({
      userId: user_id,
      role,
      returnsTo: returns_to,
    }));
  }

  async replace(fence: Fence, roles: readonly AssignedRole[]): Promise<void> {
    const { meetingId } = fence;
    await fenced(this.#db, fence, async (transaction) => {
      await transaction('meeting_roles').where({ meeting_id: meetingId }).delete();
      if (roles.length === 0) return;
      await transaction('meeting_roles').insert(
        roles.map(({ userId, role, returnsTo }) => ({
          meeting_id: meetingId,
          user_id: userId,
          role,
          returns_to: returnsTo,
        })),
      );
    });
  }
}

interface RoleRow {
  meeting_id: string;
  user_id: string;
  role: AssignedRole['role'];
  returns_to: AssignedRole['returnsTo'];
}
