import {
  MAX_CONTACTS,
  type ContactView,
  type PersonView,
  type PresenceStatus,
  type ProfileView,
} from '../../protocol/people.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import { AppError } from '../core/AppError.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import { createSecret } from '../core/ids.ts';
import type { PictureMaker } from './pictures.ts';
import type {
  ContactOutcome,
  ContactRecord,
  ContactStore,
  Page,
  PeopleStore,
  ProfileChange,
  ProfileStore,
} from './stores.ts';

export interface PeopleServiceDeps {
  people: PeopleStore;
  profiles: ProfileStore;
  contacts: ContactStore;
  deliveries: Pick<Deliveries, 'toUsers'>;
  presence: {
    statusOf(userId: string): PresenceStatus;
    lastSeenOf(userId: string): number | null;
    contactsChanged(oneId: string, otherId: string): void;
  };
  makePicture: PictureMaker;
  rateLimits: RateLimits;
  /** Whether people are found by name, or by their whole email only. */
  searchByName: boolean;
  /** Every node is to know. */
  onRenamed: (userId: string, name: string) => void;
  /** Meetings that they are in, or wait for, are to show it. */
  onPicture: (userId: string) => void;
  now: () => number;
}

/** Profiles, contacts and blocks. Any node does this: what two do at once is settled by the database. */
export class PeopleService {
  readonly #deps: PeopleServiceDeps;

  constructor(deps: PeopleServiceDeps) {
    this.#deps = deps;
  }

  async search(
    userId: string,
    { q: text, ...page }: Page & { q: string },
  ): Promise<{ people: ProfileView[]; next: string | null }> {
    const { profiles, rateLimits, searchByName: byName } = this.#deps;
    await rateLimits.consume('searchPeoplePerAccount', userId);
    return profiles.search(userId, { ...page, text, byName });
  }

  /** @throws AppError NOT_FOUND, also of those who are apart */
  async profile(userId: string, otherId: string): Promise<ProfileView> {
    const { people, profiles } = this.#deps;
    const apart = await people.apartFrom(userId, [otherId]);
    const found = apart.has(otherId) ? null : await profiles.findProfile(otherId);
    if (!found) throw nobody();
    return found;
  }

  async update(userId: string, change: ProfileChange): Promise<ProfileView> {
    const person = await this.#deps.profiles.updateProfile(userId, change);
    if (!person) throw new AppError('UNAUTHENTICATED');
    if (change.name !== undefined) this.#deps.onRenamed(userId, person.name);
    return this.#tellProfile(person);
  }

  /** @throws AppError INVALID_PAYLOAD for what is no picture, RATE_LIMITED */
  async setAvatar(userId: string, file: Uint8Array): Promise<ProfileView> {
    const { profiles, rateLimits, makePicture } = this.#deps;
    await rateLimits.consume('uploadAvatarPerAccount', userId);
    const content = await makePicture(file);
    return this.#tellPicture(await profiles.setAvatar(userId, { id: createSecret(), content }));
  }

  async removeAvatar(userId: string): Promise<ProfileView> {
    return this.#tellPicture(await this.#deps.profiles.setAvatar(userId, null));
  }

  /** @throws AppError NOT_FOUND */
  async avatar(avatarId: string): Promise<Uint8Array> {
    return found(await this.#deps.profiles.findAvatar(avatarId));
  }

  /**
   * Somebody's picture as it is shown in meetings.
   * @throws AppError NOT_FOUND, also of those who are apart; RATE_LIMITED
   */
  async picture(viewerId: string, userId: string, version: string): Promise<Uint8Array> {
    const { profiles, rateLimits } = this.#deps;
    await rateLimits.consume('picturesPerPerson', viewerId);
    return found(await profiles.findAvatarFor(viewerId, userId, version));
  }

  async listContacts(
    userId: string,
    page: Page,
  ): Promise<{ contacts: ContactView[]; next: string | null }> {
    const { contacts, next } = await this.#deps.contacts.list(userId, page);
    return { contacts: contacts.map((contact) => this.#present(contact)), next };
  }

  /** @throws AppError NOT_FOUND, INVALID_STATE for oneself and where there are too many, RATE_LIMITED */
  async request(userId: string, otherId: string): Promise<ContactView> {
    if (userId === otherId) throw toOneself();
    const { contacts, rateLimits, now } = this.#deps;
    await rateLimits.consume('requestContactPerAccount', userId);
    return this.#settle(
      userId,
      otherId,
      await contacts.request(userId, otherId, now(), MAX_CONTACTS),
    );
  }

  /** @throws AppError NOT_FOUND where they have not asked */
  async accept(userId: string, otherId: string): Promise<ContactView> {
    const { contacts, now } = this.#deps;
    return this.#settle(userId, otherId, await contacts.accept(userId, otherId, now()));
  }

  /** Idempotent. */
  async remove(userId: string, otherId: string): Promise<void> {
    if (await this.#deps.contacts.remove(userId, otherId)) this.#tellRemoved(userId, otherId);
  }

  /** @throws AppError NOT_FOUND, INVALID_STATE for oneself */
  async block(userId: string, otherId: string): Promise<void> {
    if (userId === otherId) throw toOneself();
    const { people, profiles, now } = this.#deps;
    // Also whoever has blocked this one: a refusal would tell that they have.
    if ((await people.find([otherId])).length === 0) throw nobody();
    if (await people.block(userId, otherId, now())) this.#tellRemoved(userId, otherId);
    // They may know where the picture is, and whoever knows that sees it. Now they are told of no other.
    const moved = await profiles.moveAvatar(userId, createSecret());
    if (moved) await this.#tellPicture(moved);
  }

  /** Idempotent. */
  async unblock(userId: string, otherId: string): Promise<void> {
    await this.#deps.people.unblock(userId, otherId);
  }

  async listBlocked(
    userId: string,
    page: Page,
  ): Promise<{ people: PersonView[]; next: string | null }> {
    return this.#deps.contacts.listBlocked(userId, page);
  }

  /**
   * Tells contacts, and who asked or was asked, that somebody is nobody to them any more; to be called before
   * they are forgotten.
   */
  async partFromAll(userId: string): Promise<void> {
    for (const otherId of await this.#deps.contacts.pairedIds(userId)) {
      await this.remove(userId, otherId);
    }
  }

  async #settle(userId: string, otherId: string, outcome: ContactOutcome): Promise<ContactView> {
    if (outcome === 'unknown') throw nobody();
    if (outcome === 'full') {
      const message = `Nobody has more than ${MAX_CONTACTS} contacts and requests.`;
      throw new AppError('INVALID_STATE', { message });
    }
    if (outcome === 'changed') {
      this.#deps.presence.contactsChanged(userId, otherId);
      await this.#tellContact(otherId, userId);
      await this.#tellContact(userId, otherId);
    }
    const contact = await this.#deps.contacts.findContact(userId, otherId);
    // Removed again in this moment.
    if (!contact) throw nobody();
    return this.#present(contact);
  }

  async #tellContact(userId: string, otherId: string): Promise<void> {
    const found = await this.#deps.contacts.findContact(userId, otherId);
    if (!found) return;
    this.#deps.deliveries.toUsers([userId], 'contact-updated', { contact: this.#present(found) });
  }

  #tellRemoved(userId: string, otherId: string): void {
    this.#deps.presence.contactsChanged(userId, otherId);
    this.#deps.deliveries.toUsers([userId], 'contact-removed', { userId: otherId });
    this.#deps.deliveries.toUsers([otherId], 'contact-removed', { userId });
  }

  async #tellPicture(person: ProfileView | null): Promise<ProfileView> {
    if (!person) throw new AppError('UNAUTHENTICATED');
    this.#deps.onPicture(person.id);
    return this.#tellProfile(person);
  }

  async #tellProfile(person: ProfileView): Promise<ProfileView> {
    const contactIds = await this.#deps.contacts.contactIds(person.id);
    this.#deps.deliveries.toUsers([person.id, ...contactIds], 'profile-updated', { person });
    return person;
  }

  #present({ person, state, since, lastSeen }: ContactRecord): ContactView {
    const { presence } = this.#deps;
    const isContact = state === 'contact';
    const status = isContact ? presence.statusOf(person.id) : null;
    const seen = Math.max(lastSeen ?? 0, presence.lastSeenOf(person.id) ?? 0);
    return {
      ...{ person, state, status },
      since: new Date(since).toISOString(),
      lastSeen: status === 'offline' && seen > 0 ? new Date(seen).toISOString() : null,
    };
  }
}

/** @throws AppError NOT_FOUND */
function found(picture: Uint8Array | null): Uint8Array {
  if (!picture) throw new AppError('NOT_FOUND', { message: 'There is no such picture.' });
  return picture;
}

/** The same for those who are apart and those who do not exist. */
function nobody(): AppError {
  return new AppError('NOT_FOUND', { message: 'There is nobody like that.' });
}

function toOneself(): AppError {
  return new AppError('INVALID_STATE', { message: 'This is yourself.' });
}
