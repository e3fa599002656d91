import type {
  ChatMessage,
  ChatRoom,
  MessageReaction,
  RoomKind,
  RoomMember,
} from '../../protocol/chat.ts';

/** What one may do in a room; that there is a room is known to those only who may read it. */
export interface Access {
  readonly kind: RoomKind;
  readonly meetingId: string | null;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  /** The only other one has blocked this one, or is blocked: whatever is said goes nowhere. */
  readonly apart: boolean;
  /** One hosts the meeting whose room it is. */
  readonly hosting: boolean;
  readonly lastSeq: number;
  readonly rev: number;
}

export interface NewRoom {
  id: string;
  kind: RoomKind;
  title: string | null;
  meetingId: string | null;
  /** The same for the same people: there is one room of them. Null for groups. */
  directKey: string | null;
  ownerId: string;
  members: readonly RoomMember[];
  now: number;
}

export interface NewMessage {
  id: string;
  roomId: string;
  senderId: string;
  senderName: string;
  clientId: string | null;
  content: string;
  replyTo: string | null;
  mentions: readonly string[];
  now: number;
}

/** What became of a message that was written. */
export type Sent =
  | { is: 'stored'; messageId: string }
  /** The client has sent it before. */
  | { is: 'repeated'; messageId: string }
  /** There is no such room or message to answer, or one may not write. */
  | { is: 'refused' };

/** What a message is after a change. */
export interface Changed {
  rev: number;
  content: string;
  mentions: string[];
  editedAt: number | null;
  deletedAt: number | null;
}

/** Which messages, and how many. */
export type MessageRange =
  | { from: 'newest' }
  | { from: 'after' | 'before' | 'since'; number: number };

export interface Marked {
  /** Those that were not seen by this one before, with who wrote them. */
  fresh: { messageId: string; senderId: string }[];
  readSeq: number;
  unread: number;
}

export type Left =
  | { is: 'left' }
  /** Not theirs to decide. */
  | { is: 'forbidden' }
  | { is: 'missing' };

export interface ChatRoomStore {
  /** Null: there is no such room. Asks for the one of a meeting that has none yet make it, if the meeting exists. */
  access(roomId: string, userId: string): Promise<Access | null>;
  /** Of several rooms those that one may read. */
  readable(
    roomIds: readonly string[],
    userId: string,
  ): Promise<{ roomId: string; kind: RoomKind; lastSeq: number; rev: number }[]>;
  /** Of pairs of room and person those where the person is no member any more; those of meetings never. */
  revoked(
    pairs: readonly { roomId: string; userId: string }[],
  ): Promise<{ roomId: string; userId: string }[]>;
  /** The room of a meeting, unless it is there. */
  ensureMeetingRoom(meetingId: string, now: number): Promise<void>;
  /** The room; for two people the one that they have. */
  create(room: NewRoom): Promise<string>;
  /** What they are called in a meeting that they are in now. */
  presentIn(meetingId: string, userIds: readonly string[]): Promise<RoomMember[]>;
  /** As one of those who may read it sees it; null if one may not. */
  read(roomId: string, userId: string): Promise<ChatRoom | null>;
  list(
    userId: string,
    page: { before?: string; limit: number },
  ): Promise<{ rooms: ChatRoom[]; next: string | null }>;
  rename(roomId: string, title: string): Promise<void>;
  mute(roomId: string, member: RoomMember, muted: boolean, now: number): Promise<void>;
  /** Adds those who are not members. @throws AppError FULL when they would be too many; nobody is added then */
  addMembers(roomId: string, members: readonly RoomMember[], now: number): Promise<void>;
  /** Takes somebody out of a group, and passes it on or deletes it where that is due. */
  removeMember(roomId: string, actorId: string, userId: string, now: number): Promise<Left>;
  /** Members of a room, in no order; none for that of a meeting. */
  memberIds(roomId: string): Promise<string[]>;
}

export interface ChatMessageStore {
  send(message: NewMessage): Promise<Sent>;
  /** As a person sees it; null if the room has no such message. */
  find(roomId: string, messageId: string, viewerId: string): Promise<ChatMessage | null>;
  list(
    roomId: string,
    viewerId: string,
    range: MessageRange,
    limit: number,
  ): Promise<{ messages: ChatMessage[]; hasMore: boolean }>;
  /** Null unless it is theirs, is not deleted, and they may write. */
  edit(
    where: { roomId: string; messageId: string; senderId: string },
    change: { content: string; mentions: readonly string[] },
    now: number,
  ): Promise<Changed | null>;
  /**
   * Null unless it is theirs or a listener's in a meeting that they host, and they may write; deleting it again
   * changes nothing.
   */
  remove(
    where: { roomId: string; messageId: string; senderId: string },
    now: number,
  ): Promise<Changed | null>;
  /** Null if nothing changed: it was so already, or it may not be. */
  react(
    where: { roomId: string; messageId: string },
    by: RoomMember,
    what: { reaction: MessageReaction['reaction']; on: boolean },
    now: number,
  ): Promise<{ rev: number; count: number } | null>;
  /** @param isShown whether others may know; else it counts for the reader alone, and nothing is fresh */
  markSeen(
    roomId: string,
    by: RoomMember,
    messageIds: readonly string[],
    isShown: boolean,
    now: number,
  ): Promise<Marked>;
  listSeen(
    roomId: string,
    messageId: string,
    page: { offset: number; limit: number },
  ): Promise<{ seen: { userId: string; name: string; seenAt: string }[]; hasMore: boolean }>;
  search(
    userId: string,
    query: { q: string; roomId?: string; before?: string; limit: number },
  ): Promise<{
    results: { message: ChatMessage; room: { id: string; kind: RoomKind; title: string | null } }[];
    next: string | null;
  }>;
}
