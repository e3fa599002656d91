import type { AccountDeletion } from '../../people/AccountDeletion.ts';
import type { PeopleService } from '../../people/PeopleService.ts';
import type { RouteHandlers } from '../bindRoutes.ts';

export interface PeopleRouteDeps {
  people: Omit<PeopleService, 'partFromAll' | 'avatar' | 'picture'>;
  deletion: Pick<AccountDeletion, 'delete'>;
}

export function createPeopleRoutes({ people, deletion }: PeopleRouteDeps) {
  return {
    searchPeople: ({ principal, query }) => people.search(principal.userId, query),

    async readPerson({ principal, params }) {
      return { person: await people.profile(principal.userId, params.userId) };
    },

    async updateProfile({ principal, body }) {
      return { person: await people.update(principal.userId, body) };
    },

    async deleteAccount({ principal, body, address }) {
      await deletion.delete(principal, body.password, address);
    },

    async uploadAvatar({ principal, body }) {
      return { person: await people.setAvatar(principal.userId, body) };
    },

    async removeAvatar({ principal }) {
      return { person: await people.removeAvatar(principal.userId) };
    },

    listContacts: ({ principal, query }) => people.listContacts(principal.userId, query),

    async requestContact({ principal, body }) {
      return { contact: await people.request(principal.userId, body.userId) };
    },

    async acceptContact({ principal, params }) {
      return { contact: await people.accept(principal.userId, params.userId) };
    },

    async removeContact({ principal, params }) {
      await people.remove(principal.userId, params.userId);
    },

    listBlocks: ({ principal, query }) => people.listBlocked(principal.userId, query),

    async block({ principal, body }) {
      await people.block(principal.userId, body.userId);
    },

    async unblock({ principal, params }) {
      await people.unblock(principal.userId, params.userId);
    },
  } satisfies Partial<RouteHandlers>;
}
