/** Words of messages. */
export interface ChatTexts extends Record<
  | 'title'
  | 'newChat'
  | 'empty'
  | 'emptyHint'
  | 'choose'
  | 'rooms'
  | 'noRoom'
  | 'noRoomHint'
  | 'noMessages'
  | 'noMessagesHint'
  | 'message'
  | 'placeholder'
  | 'send'
  | 'mayNotWrite'
  | 'sending'
  | 'waiting'
  | 'notSent'
  | 'notHere'
  | 'retry'
  | 'discard'
  | 'sent'
  | 'edited'
  | 'deleted'
  | 'you'
  | 'newMessages'
  | 'toNewest'
  | 'reply'
  | 'edit'
  | 'remove'
  | 'removeConfirm'
  | 'removeHint'
  | 'react'
  | 'seenBy'
  | 'nobodyYet'
  | 'cancelReply'
  | 'cancelEdit'
  | 'editing'
  | 'today'
  | 'yesterday'
  | 'search'
  | 'searchHint'
  | 'nothingFound'
  | 'results'
  | 'more'
  | 'muted'
  | 'mute'
  | 'unmute'
  | 'rename'
  | 'members'
  | 'addPeople'
  | 'leave'
  | 'leaveConfirm'
  | 'leaveHint'
  | 'putOut'
  | 'groupTitle'
  | 'groupTitleHint'
  | 'find'
  | 'findHint'
  | 'nobodyFound'
  | 'start'
  | 'offline'
  | 'everyone'
  | 'conversations'
  | 'privately'
  | 'privateRoom'
  | 'meetingRoom'
  | 'open'
  | 'roomMenu'
  | 'reactions'
  | 'listener'
  | 'listenersRead'
  | 'listenersWrite',
  string
> {
  /** What was refused, at the message that it was done to. */
  notDone: Record<'edit' | 'remove' | 'react', string>;
  /** Who writes now; at most three names. */
  typing: (names: readonly string[]) => string;
  seen: (count: number) => string;
  menuOf: (name: string) => string;
  replyTo: (name: string) => string;
  memberCount: (count: number) => string;
  unread: (count: number) => string;
  /** For a screen reader: somebody has written something. */
  wrote: (name: string, content: string) => string;
  reacted: (reaction: string, names: readonly string[], count: number) => string;
  inRoom: (name: string, room: string) => string;
}
