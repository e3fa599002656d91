import type { RoomKind } from '../../protocol/chat.ts';
import type { ChosenStatus, ContactState, PersonView, ProfileView } from '../../protocol/people.ts';

/** Accounts as others see them, and who keeps away from whom. */
export interface PeopleStore {
  /** Those of the ids that are accounts, in no order. */
  find(userIds: readonly string[]): Promise<PersonView[]>;
  /** Which of the others have blocked this one, or are blocked by it: for each other they are not there. */
  apartFrom(userId: string, others: readonly string[]): Promise<ReadonlySet<string>>;
  /** They are no contacts any more, either. Idempotent. @returns whether they were, or one had asked */
  block(userId: string, blockedId: string, now: number): Promise<boolean>;
  /** Idempotent. */
  unblock(userId: string, blockedId: string): Promise<void>;
}

export interface Page {
  before?: string | undefined;
  limit: number;
}

export interface DirectorySearch extends Page {
  text: string;
  /** Whether names are looked through, or whole emails only. */
  byName: boolean;
}

export interface ProfileChange {
  name?: string;
  about?: string;
}

/** What people say of themselves. */
export interface ProfileStore {
  /** Null where there is no such account. */
  findProfile(userId: string): Promise<ProfileView | null>;
  /** Whoever fits and is not apart from the one who searches, by name. */
  search(
    userId: string,
    search: DirectorySearch,
  ): Promise<{ people: ProfileView[]; next: string | null }>;
  /** Null where the account is gone. */
  updateProfile(userId: string, change: ProfileChange): Promise<ProfileView | null>;
  /** Replaces the picture; null removes it. @returns null where the account is gone */
  setAvatar(
    userId: string,
    avatar: { id: string; content: Uint8Array } | null,
  ): Promise<ProfileView | null>;
  /** Gives the picture another id; null where there is none. */
  moveAvatar(userId: string, avatarId: string): Promise<ProfileView | null>;
  findAvatar(avatarId: string): Promise<Uint8Array | null>;
  /**
   * Somebody's picture of that version for one who may see it: never for those who are apart, and for a
   * guest while the two are in a meeting.
   */
  findAvatarFor(viewerId: string, userId: string, version: string): Promise<Uint8Array | null>;
}

/** A contact, or a request, as one of the two has it. Times are milliseconds since the Unix epoch. */
export interface ContactRecord {
  person: ProfileView;
  state: ContactState;
  since: number;
  lastSeen: number | null;
}

/** What a request came to. */
export type ContactOutcome =
  /** One of them is gone or they are apart. */
  | 'unknown'
  /** One of them has as many as one may. */
  | 'full'
  /** It was so before. */
  | 'same'
  | 'changed';

export interface ContactStore {
  list(userId: string, page: Page): Promise<{ contacts: ContactRecord[]; next: string | null }>;
  findContact(userId: string, otherId: string): Promise<ContactRecord | null>;
  /** Asks, or agrees where the other one has asked. @param most contacts and requests of each */
  request(userId: string, otherId: string, now: number, most: number): Promise<ContactOutcome>;
  /** `unknown` where the other one has not asked. */
  accept(userId: string, otherId: string, now: number): Promise<ContactOutcome>;
  /** @returns whether there was anything to remove */
  remove(userId: string, otherId: string): Promise<boolean>;
  /** Ids of everybody who agreed to be a contact. */
  contactIds(userId: string): Promise<string[]>;
  /** … and of those who asked, or were asked. */
  pairedIds(userId: string): Promise<string[]>;
  listBlocked(userId: string, page: Page): Promise<{ people: PersonView[]; next: string | null }>;
}

export interface Choice {
  status: ChosenStatus;
  /** The higher one is the later. */
  at: number;
}

/** What of presence outlives connections. */
export interface PresenceStore {
  /** These are here now: what they have chosen. */
  begin(userIds: readonly string[], now: number): Promise<{ userId: string; choice: Choice }[]>;
  /** Contacts of each of them. */
  contactsOf(userIds: readonly string[]): Promise<{ userId: string; contactId: string }[]>;
  /** Keeps a choice unless there is a later one. */
  choose(userId: string, choice: Choice): Promise<void>;
  /** Keeps the latest moment of each, in milliseconds since the Unix epoch. */
  saw(moments: readonly { userId: string; at: number }[]): Promise<void>;
}

/** A chat room in which there is something else to read than before. */
export interface ChangedRoom {
  roomId: string;
  kind: RoomKind;
  meetingId: string | null;
  lastSeq: number;
  rev: number;
}

export interface Erased {
  /** Sessions that are over by it. */
  sessionIds: string[];
  /** Rooms that the person was in, wrote in or reacted in. */
  rooms: ChangedRoom[];
}

/** What goes when an account is deleted. */
export interface AccountStore {
  /** Ids of meetings that they host and that are not over. */
  openMeetingsOf(userId: string): Promise<string[]>;
  /** Forgets everything in one transaction. What others keep tells of somebody without a name. */
  erase(userId: string): Promise<Erased>;
}
