/**
 * Who may read, write, ring and see what: every cell is tried by the tests `whoMay…` of `test/integration`, and
 * shown by docs/who-may.md.
 */

/** What comes of trying: it is done or shows, it does not, or a code of refusal. */
export type Answer = 'yes' | 'no' | 'FORBIDDEN' | 'INVALID_STATE' | 'NOT_FOUND' | 'UNAUTHENTICATED';

export interface Table {
  title: string;
  /** What holds for the whole of it. */
  about: string;
  /** What is tried, by a short name. */
  columns: Readonly<Record<string, string>>;
  /** By who tries; answers in the order of the columns. */
  rows: Readonly<Record<string, readonly Answer[]>>;
}

const [Y, N] = ['yes', 'no'] as const;
/** Forbidden. */
const F = 'FORBIDDEN';
/** It is not in a state for it. */
const S = 'INVALID_STATE';
/** As if there were nothing. */
const O = 'NOT_FOUND';
/** Signed out. */
const U = 'UNAUTHENTICATED';

const NOTHING = [O, O, N, O, O, O, O, O, O, N, N, O, O, O, O] as const;
const NOTHING_AS_GUEST = [O, O, N, O, O, O, O, O, O, F, N, O, O, F, F] as const;
const SIGNED_OUT = [U, U, U, U, U, U, U, U, U, U, U, U, U, U, U] as const;

export const CHAT = {
  title: 'Chat',
  about: `Tried with a message of somebody else in the room. Whoever may not read a room is answered as if there were none.`,
  columns: {
    read: 'Read messages, and the room',
    write: 'Write a message',
    hear: 'Hear at once of a new message, after `join-chat-rooms`',
    type: 'Say that one is typing',
    edit: "Edit somebody else's message",
    delete: "Delete somebody else's message",
    react: 'React to a message',
    receipts: 'See who has seen a message',
    mark: 'Be among those who have seen it, after reading it',
    search: 'Find it by search',
    list: 'See the room in the list of rooms',
    mute: 'Mute the room for oneself',
    rename: 'Give it a title',
    add: 'Add somebody',
    'put out': 'Put somebody else out',
  },
  rows: {
    'direct: one of the two': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, S, S, S],
    'direct: one of the two, who muted it': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, S, S, S],
    'direct: whom the other has blocked': [Y, O, N, O, O, O, O, Y, N, Y, Y, Y, S, S, S],
    'direct: who has blocked the other': [Y, O, N, O, O, O, O, Y, N, Y, Y, Y, S, S, S],
    'direct: one whose other has deleted their account': [
      ...[Y, F, N, F, F, F, F, Y, Y, N, Y, Y, S, S, S],
    ],
    'direct: anybody else': NOTHING,
    'direct: an operator': NOTHING,
    'direct: a guest of a meeting': NOTHING_AS_GUEST,
    'direct: somebody signed out': SIGNED_OUT,
    'group: its owner': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, Y, Y, Y],
    'group: a member': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, Y, Y, F],
    'group: a member whom the writer has blocked': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, Y, Y, F],
    'group: who was put out': NOTHING,
    'group: who has left': NOTHING,
    'group: anybody else': NOTHING,
    'group: an operator': NOTHING,
    'group: a guest of a meeting': NOTHING_AS_GUEST,
    'group: somebody signed out': SIGNED_OUT,
    'meeting: a co-host': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, S, S, S],
    'meeting: a participant': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, S, S, S],
    'meeting: a guest': [Y, Y, Y, Y, F, F, Y, Y, Y, F, Y, Y, S, F, F],
    'meeting: a participant, where only hosts may write': [
      ...[Y, F, Y, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    ],
    'meeting: who waits': NOTHING,
    'meeting: a guest who waits': NOTHING_AS_GUEST,
    'meeting: who has left': [Y, F, N, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    'meeting: a guest who has left': NOTHING_AS_GUEST,
    'meeting: who has left and waits again': NOTHING,
    'meeting: who was removed': NOTHING,
    'meeting: who was banned': NOTHING,
    'meeting: who never came': NOTHING,
    'meeting: an operator': NOTHING,
    'meeting: a guest of another meeting': NOTHING_AS_GUEST,
    'meeting: somebody signed out': SIGNED_OUT,
    'over, chat for participants: the host': [Y, F, N, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    'over, chat for participants: a participant': [Y, F, N, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    'over, chat for participants: who was banned': NOTHING,
    'over, chat for hosts: the host': [Y, F, N, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    'over, chat for hosts: a participant': NOTHING,
    'over, chat for nobody: the host': NOTHING,
    'over, chat for nobody: a participant': NOTHING,
    'private in a meeting: one of the two': [Y, Y, Y, Y, F, F, Y, Y, Y, Y, Y, Y, S, S, S],
    'private in a meeting: a guest, one of the two': [Y, Y, Y, Y, F, F, Y, Y, Y, F, Y, Y, S, F, F],
    'private in a meeting: one whose other has left': [
      ...[Y, F, N, F, F, F, F, Y, Y, Y, Y, Y, S, S, S],
    ],
    'private in a meeting: whom the other has blocked': [
      ...[Y, O, N, O, O, O, O, Y, N, Y, Y, Y, S, S, S],
    ],
    'private in a meeting: the host, a third': NOTHING,
    'private in a meeting: who never came': NOTHING,
  },
} as const satisfies Table;

export const PEOPLE = {
  title: 'People',
  about: `What somebody is to Ada, and what they see and do of her. Her picture is at an address that cannot be guessed, and open to whoever has it; in meetings it is at one that everybody there knows, and open to whoever may see it.`,
  columns: {
    find: 'Find her in the directory',
    profile: 'Read her profile',
    picture: 'See her picture, having had its address before',
    'in meetings': 'See her picture at its address in meetings',
    presence: 'See among contacts how she is',
    told: 'Hear of it when that changes',
    renamed: 'Hear of it when her profile changes',
    ask: 'Ask her to be a contact',
    ring: 'Ring her, so that she hears it',
    open: 'Open a direct room with her',
    group: 'Open a group with her',
    block: 'Block her',
  },
  rows: {
    'a stranger': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'who has asked her': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'whom she has asked': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'a contact': [Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y],
    'who was a contact': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'a contact whom she has blocked': [N, O, O, O, N, N, N, O, N, O, O, Y],
    'a contact who has blocked her': [N, O, Y, O, N, N, N, O, N, O, O, Y],
    'somebody in a meeting with her, whom she has blocked': [N, O, O, O, N, N, N, O, N, O, O, Y],
    'a member of a group with her': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'an operator': [Y, Y, Y, Y, N, N, N, Y, Y, Y, Y, Y],
    'a guest in a meeting with her': [F, F, Y, Y, F, N, N, F, F, F, F, F],
    'a guest who waits for a meeting with her': [F, F, Y, O, F, N, N, F, F, F, F, F],
    'a guest of her meeting, not in it': [F, F, Y, O, F, N, N, F, F, F, F, F],
    'somebody signed out': [U, U, Y, U, U, U, U, U, U, U, U, U],
  },
} as const satisfies Table;

const NO_PARTY = [O, O, O, O, O, O, O, O, O, O, O, N, N] as const;

export const CALLS = {
  title: 'Calls of two',
  about: `A call is bound to a connection of each of the two: that which rang, and that which answered. Answers are those to the id of a call of somebody else; an id of no call is answered alike.`,
  columns: {
    accept: 'Accept it while it rings',
    reject: 'Decline it while it rings',
    cancel: 'End it while it rings',
    offer: 'Have an offer brought to the other end',
    answer: 'Have an answer brought to the other end',
    candidate: 'Have a candidate brought to the other end',
    connected: 'Say that media flows',
    quality: 'Tell how it was',
    resume: "Take a party's end to this connection, with the id of its device",
    upgrade: 'Have it go on as a meeting',
    detail: 'Read its detail when it is over',
    log: 'See it in the history',
    export: 'See it in the export',
  },
  rows: {
    'the caller': [S, S, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y],
    'the callee': [Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y],
    'another device of the caller': [S, S, Y, F, F, F, F, Y, Y, F, Y, Y, Y],
    'another device of the callee': [Y, Y, Y, F, F, F, F, Y, Y, F, Y, Y, Y],
    'a third person': NO_PARTY,
    'a contact of both': NO_PARTY,
    'an operator': NO_PARTY,
    'a guest': [F, F, F, F, F, F, F, F, F, F, F, F, F],
    'somebody signed out': [U, U, U, U, U, U, U, U, U, U, U, U, U],
  },
} as const satisfies Table;

const NO_HOST = [F, F, F, N, F, F, F, F, F, F, F] as const;

export const RECORDINGS = {
  title: 'Recordings',
  about: `Of a meeting that is recorded. A recording belongs to whoever made the meeting; who has a link to one needs nothing else to play it.`,
  columns: {
    start: 'Begin to record the meeting',
    follow: 'Read how one is that goes on',
    stop: 'Stop one that goes on',
    list: 'See it in the list of recordings',
    read: 'Read one that is over',
    open: 'Play and download it',
    rename: 'Give it another title',
    share: 'Make a link to it',
    links: 'See which links there are',
    'end a link': 'End a link',
    remove: 'Delete it',
  },
  rows: {
    'its host': [Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y],
    'a co-host': [Y, Y, Y, N, F, F, F, F, F, F, F],
    'a participant': NO_HOST,
    'a guest': [F, F, F, F, F, F, F, F, F, F, F],
    'who waits': NO_HOST,
    'anybody else': NO_HOST,
    'an operator': NO_HOST,
    'somebody signed out': [U, U, U, U, U, U, U, U, U, U, U],
  },
} as const satisfies Table;

export const TABLES: readonly Table[] = [CHAT, PEOPLE, CALLS, RECORDINGS];

/** What each of its rows comes to, by column. */
export function answersOf(table: Table, row: string): Record<string, Answer> {
  const names = Object.keys(table.columns);
  const answers = table.rows[row] ?? [];
  if (answers.length !== names.length) {
    throw new Error(`${row} has ${answers.length} answers for ${names.length} columns`);
  }
  return Object.fromEntries(names.map((name, index) => [name, answers[index] ?? 'no']));
}
