import { z } from 'zod';
import { displayName, id, instant, LINE, pageOf } from './primitives.ts';
import type { RequestSchema, RouteSchema } from './schemas.ts';

/** Somebody with an account, as others see them. */
export const personView = z.object({
  id,
  name: displayName,
  /** Address of their picture on this server; null: none. Another picture has another address. */
  avatarUrl: z.string().nullable(),
});
export type PersonView = z.infer<typeof personView>;

/** What somebody says of themselves in a line: up to 160 characters. */
export const about = z.string().trim().max(160).regex(LINE, 'no control characters');

/** Somebody, with what they say of themselves. */
export const profileView = personView.extend({
  /** Empty: nothing. */
  about: z.string(),
});
export type ProfileView = z.infer<typeof profileView>;

/**
 * Whether somebody is here. `away`: by their choice, or because nobody has touched any of their devices
 * for a while; `busy`: by their choice, or in a call or meeting.
 */
export const presenceStatus = z.enum(['online', 'away', 'busy', 'offline']);
export type PresenceStatus = z.infer<typeof presenceStatus>;

/** What one may say of oneself; `online` leaves it to what the server knows. */
export const chosenStatus = z.enum(['online', 'away', 'busy']);
export type ChosenStatus = z.infer<typeof chosenStatus>;

/** `requested`: by oneself; `incoming`: they asked. */
export const contactState = z.enum(['contact', 'requested', 'incoming']);
export type ContactState = z.infer<typeof contactState>;

/** What somebody is to the one who is told. */
export const contactView = z.object({
  person: profileView,
  state: contactState,
  /** When it came to that. */
  since: instant,
  /** Null unless both have agreed. */
  status: presenceStatus.nullable(),
  /** When their last connection was gone; null while they are here, and where it is not known or not told. */
  lastSeen: instant.nullable(),
});
export type ContactView = z.infer<typeof contactView>;

/** What the server shows of oneself to one's contacts. */
export const ownStatus = z.object({ chosen: chosenStatus, status: presenceStatus });
export type OwnStatus = z.infer<typeof ownStatus>;

/** Most contacts and requests of one account. */
export const MAX_CONTACTS = 1_000;

/** Kinds of pictures that may be sent; which one it is, is seen from the content. */
export const AVATAR_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;

export const peopleRequests = {
  /**
   * Say how one is (`status`, kept until it is changed, for all of one's devices), whether nobody has
   * touched this device for a while (`idle`), or nothing: the answer has what one's contacts see.
   */
  'update-chat-status': {
    input: z.strictObject({
      status: chosenStatus.exactOptional(),
      idle: z.boolean().exactOptional(),
    }),
    output: ownStatus,
    idempotent: true,
    refusals: ['FORBIDDEN'],
  },
} as const satisfies Record<string, RequestSchema>;

/** To one's contacts, or to all of one's own devices. */
export const peopleNotifications = {
  /**
   * This node could not hear from others for a while: ask again for what may have been missed, which is
   * contacts, chat rooms and calls.
   */
  'sync-needed': z.object({}),
  /** To somebody's contacts: how they are. */
  'chat-user-status-update': z.object({
    userId: id,
    status: presenceStatus,
    /** When their last connection was gone; null while they are here. */
    lastSeen: instant.nullable(),
  }),
  /** To one's own devices: how one is, by choice and as contacts see it. */
  'own-status-updated': ownStatus,
  /** To both: somebody asked, or agreed. */
  'contact-updated': z.object({ contact: contactView }),
  /** To both: they are no contacts any more, or not going to be. */
  'contact-removed': z.object({ userId: id }),
  /** To somebody's contacts and their own devices: name, picture or line have changed. */
  'profile-updated': z.object({ person: profileView }),
} as const satisfies Record<string, z.ZodType>;

const next = z.string().nullable();

export const peopleRoutes = {
  /**
   * Find people by the beginnings of the words in their name, or by their whole email, oneself and
   * whoever is blocked either way excepted. The operator may have closed the search by name.
   */
  searchPeople: {
    method: 'GET',
    path: '/api/users',
    auth: 'account',
    status: 200,
    query: z.strictObject({
      q: z.string().trim().min(1).max(100).regex(LINE, 'well-formed text'),
      ...pageOf(),
      before: id.optional(),
    }),
    body: null,
    response: z.object({ people: z.array(profileView), next }),
    refusals: [],
  },
  /** Change one's own name or line; what is left out stays. */
  updateProfile: {
    method: 'PATCH',
    path: '/api/users/me',
    auth: 'account',
    status: 200,
    body: z.strictObject({ name: displayName.exactOptional(), about: about.exactOptional() }),
    response: z.object({ person: profileView }),
    refusals: [],
  },
  /**
   * Delete one's account: sessions, profile, contacts and all else that is only one's own are gone at
   * once, meetings that one hosts are ended, and others read of somebody without a name.
   */
  deleteAccount: {
    method: 'DELETE',
    path: '/api/users/me',
    auth: 'account',
    status: 204,
    body: z.strictObject({ password: z.string().max(200) }),
    response: null,
    refusals: ['FORBIDDEN', 'NO_CAPACITY', 'INVALID_STATE'],
  },
  /** Set one's picture: the body is the file. It is cut to a square and stored anew, without what else is in it. */
  uploadAvatar: {
    method: 'POST',
    path: '/api/users/me/avatar',
    auth: 'account',
    status: 200,
    content: AVATAR_TYPES,
    body: z.instanceof(Uint8Array),
    response: z.object({ person: profileView }),
    refusals: [],
  },
  /** Remove one's picture. */
  removeAvatar: {
    method: 'DELETE',
    path: '/api/users/me/avatar',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ person: profileView }),
    refusals: [],
  },
  /** Somebody's profile; nobody's for whoever is blocked either way. */
  readPerson: {
    method: 'GET',
    path: '/api/users/:userId',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ person: profileView }),
    refusals: ['NOT_FOUND'],
  },
  /** Contacts, and requests in either direction, newest first. */
  listContacts: {
    method: 'GET',
    path: '/api/contacts',
    auth: 'account',
    status: 200,
    query: z.strictObject(pageOf()),
    body: null,
    response: z.object({ contacts: z.array(contactView), next }),
    refusals: [],
  },
  /** Ask somebody to be a contact; whoever was asked agrees by it. Asking again answers the same. */
  requestContact: {
    method: 'POST',
    path: '/api/contacts',
    auth: 'account',
    status: 200,
    body: z.strictObject({ userId: id }),
    response: z.object({ contact: contactView }),
    refusals: ['NOT_FOUND', 'INVALID_STATE'],
  },
  /** Agree to be somebody's contact who asked. Agreeing again answers the same. */
  acceptContact: {
    method: 'POST',
    path: '/api/contacts/:userId/accept',
    auth: 'account',
    status: 200,
    body: null,
    response: z.object({ contact: contactView }),
    refusals: ['NOT_FOUND'],
  },
  /** Remove a contact, decline a request, or take one's own back. Again answers the same. */
  removeContact: {
    method: 'DELETE',
    path: '/api/contacts/:userId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: [],
  },
  /** Whom one has blocked, last first. */
  listBlocks: {
    method: 'GET',
    path: '/api/blocks',
    auth: 'account',
    status: 200,
    query: z.strictObject(pageOf()),
    body: null,
    response: z.object({ people: z.array(personView), next }),
    refusals: [],
  },
  /** Be invisible and unreachable for somebody, and they for oneself. They are not told, and stop being a contact. */
  block: {
    method: 'POST',
    path: '/api/blocks',
    auth: 'account',
    status: 204,
    body: z.strictObject({ userId: id }),
    response: null,
    refusals: ['NOT_FOUND', 'INVALID_STATE'],
  },
  /** Take that back. They are no contact again by it. */
  unblock: {
    method: 'DELETE',
    path: '/api/blocks/:userId',
    auth: 'account',
    status: 204,
    body: null,
    response: null,
    refusals: [],
  },
} as const satisfies Record<string, RouteSchema>;
