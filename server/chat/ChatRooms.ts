import type { ChatRoom, RoomMember } from '../../protocol/chat.ts';
import type { PersonView } from '../../protocol/people.ts';
import { AppError } from '../core/AppError.ts';
import type { Deliveries } from '../core/Deliveries.ts';
import { createId } from '../core/ids.ts';
import type { Person } from './Person.ts';
import type { Access, ChatRoomStore } from './stores.ts';

export interface ChatRoomsDeps {
  store: ChatRoomStore;
  deliveries: Deliveries;
  /** Accounts among these ids. */
  findPeople: (userIds: readonly string[]) => Promise<PersonView[]>;
  /** Which of the others are not there for one: blocked, in either direction. */
  apartFrom: (userId: string, others: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Counts one opened room. @throws AppError RATE_LIMITED */
  assertMayOpen: (userId: string) => Promise<void>;
  /** Somebody is not in a room any more: on every node, their connections hear nothing of it from now on. */
  onPutOut: (roomId: string, userId: string) => void;
  now: () => number;
}

/** Rooms and who is in them. */
export class ChatRooms {
  readonly #deps: ChatRoomsDeps;

  constructor(deps: ChatRoomsDeps) {
    this.#deps = deps;
  }

  /**
   * What somebody may do in a room that they may read. The room of a meeting is made when it is first
   * asked for.
   * @throws AppError NOT_FOUND
   */
  async access(roomId: string, userId: string): Promise<Access> {
    const { store, now } = this.#deps;
    let access = await store.access(roomId, userId);
    if (!access) {
      await store.ensureMeetingRoom(roomId, now());
      access = await store.access(roomId, userId);
    }
    if (!access?.mayRead) throw noRoom();
    return access;
  }

  /** @throws AppError NOT_FOUND */
  async read(roomId: string, userId: string): Promise<ChatRoom> {
    await this.access(roomId, userId);
    const room = await this.#deps.store.read(roomId, userId);
    if (!room) throw noRoom();
    return room;
  }

  list(userId: string, page: { before?: string; limit: number }) {
    return this.#deps.store.list(userId, page);
  }

  /** @throws AppError NOT_FOUND for others who are not there, FORBIDDEN for guests, RATE_LIMITED */
  async create(
    person: Person,
    wanted: { memberIds: readonly string[]; title?: string; meetingId?: string },
  ): Promise<ChatRoom> {
    const others = [...new Set(wanted.memberIds)].filter((id) => id !== person.userId);
    if (others.length === 0) {
      throw new AppError('INVALID_PAYLOAD', {
        details: { issues: [{ path: 'memberIds', message: 'expected somebody else' }] },
      });
    }
    await this.#deps.assertMayOpen(person.userId);
    const { meetingId } = wanted;
    const id =
      meetingId === undefined
        ? await this.#createOutside(person, others, wanted.title ?? null)
        : await this.#createInMeeting(person, others, meetingId);
    return this.read(id, person.userId);
  }

  async #createOutside(person: Person, others: readonly string[], title: string | null) {
    if (!person.account) throw new AppError('FORBIDDEN', { message: 'This needs an account.' });
    const { store, now } = this.#deps;
    const members = [person, ...(await this.#reachable(person.userId, others))];
    const direct = members.length === 2;
    const id = await store.create({
      id: createId(),
      kind: direct ? 'direct' : 'group',
      title: direct ? null : title,
      meetingId: null,
      directKey: direct ? keyOf(members) : null,
      ownerId: person.userId,
      members,
      now: now(),
    });
    if (!direct) await this.tellUpdated(id);
    return id;
  }

  async #createInMeeting(person: Person, others: readonly string[], meetingId: string) {
    const { store, now, apartFrom } = this.#deps;
    const [other] = others;
    if (other === undefined || others.length > 1) {
      throw new AppError('INVALID_PAYLOAD', {
        details: { issues: [{ path: 'memberIds', message: 'expected one other person' }] },
      });
    }
    const members = await store.presentIn(meetingId, [person.userId, other]);
    const apart = await apartFrom(person.userId, [other]);
    if (members.length < 2 || apart.size > 0) throw noRoom();
    return store.create({
      id: createId(),
      kind: 'meeting-private',
      title: null,
      meetingId,
      directKey: `${meetingId} ${keyOf(members)}`,
      ownerId: person.userId,
      members,
      now: now(),
    });
  }

  /** @throws AppError NOT_FOUND, INVALID_STATE for a title of what is no group */
  async update(
    person: Person,
    roomId: string,
    { title, muted }: { title?: string; muted?: boolean },
  ): Promise<ChatRoom> {
    const { store, now } = this.#deps;
    const { kind } = await this.access(roomId, person.userId);
    if (title !== undefined && kind !== 'group') throw noGroup();
    if (muted !== undefined) await store.mute(roomId, person, muted, now());
    if (title !== undefined) await store.rename(roomId, title);
    await this.tellUpdated(roomId, title === undefined ? [person.userId] : undefined);
    return this.read(roomId, person.userId);
  }

  /** @throws AppError NOT_FOUND, INVALID_STATE, FULL, RATE_LIMITED */
  async addMembers(person: Person, roomId: string, userIds: readonly string[]): Promise<ChatRoom> {
    const { store, now, assertMayOpen } = this.#deps;
    const { kind } = await this.access(roomId, person.userId);
    if (kind !== 'group') throw noGroup();
    await assertMayOpen(person.userId);
    const others = [...new Set(userIds)].filter((id) => id !== person.userId);
    await store.addMembers(roomId, await this.#reachable(person.userId, others), now());
    await this.tellUpdated(roomId);
    return this.read(roomId, person.userId);
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN for others than the owner, INVALID_STATE */
  async removeMember(person: Person, roomId: string, userId: string): Promise<void> {
    const { store, deliveries, onPutOut, now } = this.#deps;
    const { kind } = await this.access(roomId, person.userId);
    if (kind !== 'group') throw noGroup();
    const left = await store.removeMember(roomId, person.userId, userId, now());
    if (left.is === 'missing') throw noRoom();
    if (left.is === 'forbidden') throw new AppError('FORBIDDEN');
    onPutOut(roomId, userId);
    deliveries.toUsers([userId], 'chat-room-left', { roomId });
    await this.tellUpdated(roomId);
  }

  /** Tells the devices of members, or of some of them, that a room is another now. */
  async tellUpdated(roomId: string, userIds?: readonly string[]): Promise<void> {
    const { store, deliveries } = this.#deps;
    const members = await store.memberIds(roomId);
    const to = userIds ?? members;
    const [anyone] = members;
    const access = anyone === undefined ? null : await store.access(roomId, anyone);
    if (!access) return;
    const { lastSeq, rev } = access;
    deliveries.toUsers(to, 'chat-room-updated', { roomId, lastSeq, rev, last: null });
  }

  /** Accounts that one can reach. @throws AppError NOT_FOUND if one of them is none, or not for this one */
  async #reachable(userId: string, others: readonly string[]): Promise<RoomMember[]> {
    const { findPeople, apartFrom } = this.#deps;
    const [people, apart] = await Promise.all([findPeople(others), apartFrom(userId, others)]);
    if (people.length < others.length || apart.size > 0) {
      throw new AppError('NOT_FOUND', { message: 'There is no such person.' });
    }
    return people.map(({ id, name }) => ({ userId: id, name }));
  }
}

function keyOf(members: readonly RoomMember[]): string {
  return members
    .map(({ userId }) => userId)
    .sort()
    .join(' ');
}

export function noRoom(): AppError {
  return new AppError('NOT_FOUND', { message: 'There is no such chat.' });
}

function noGroup(): AppError {
  return new AppError('INVALID_STATE', { message: 'This is possible in groups only.' });
}
