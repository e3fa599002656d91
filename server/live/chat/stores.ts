/** A message as listeners may read it. Times are milliseconds since the Unix epoch. */
export interface HeardMessage {
  id: string;
  seq: number;
  /** Of the meeting's chat at its last change. */
  rev: number;
  name: string;
  fromListener: boolean;
  content: string;
  /** Null also where what it answers is not for listeners. */
  replyTo: { name: string; content: string } | null;
  createdAt: number;
  isEdited: boolean;
  isDeleted: boolean;
}

export interface ListenersMessage {
  id: string;
  liveRoomId: string;
  meetingId: string;
  /** Of the PIN that its writer has entered: with another one, nothing is written. */
  pinVersion: number;
  senderId: string;
  senderName: string;
  clientId: string;
  content: string;
  now: number;
}

/** What became of a message: `repeated` where it was sent before. */
export type SentByListener = { is: 'stored' | 'repeated'; messageId: string } | { is: 'refused' };

/** The chat of a meeting, as far as listeners of its live room get it. */
export interface ListenerChatStore {
  /**
   * The newest messages of those that were written since a moment, in their order, and how far the chat is.
   * @param since milliseconds since the Unix epoch
   */
  newest(
    meetingId: string,
    since: number,
    limit: number,
  ): Promise<{ rev: number; messages: HeardMessage[] }>;
  /** The same for those that changed behind a revision, in the order of their changes. */
  changes(
    meetingId: string,
    since: number,
    behind: number,
    limit: number,
  ): Promise<{ rev: number; messages: HeardMessage[] }>;
  /** Refused unless listeners of that room may write in this moment. */
  send(message: ListenersMessage): Promise<SentByListener>;
  find(meetingId: string, messageId: string, since: number): Promise<HeardMessage | null>;
}
