import type {
  AutoAdmit,
  ChatAfter,
  MeetingSwitch,
  RecordAutomatically,
} from '../../protocol/meetings.ts';

/** What everybody may do, in the order in which hosts want it. */
export const SETTINGS: readonly MeetingSwitch[] = [
  'mayUnmute',
  'mayUseCamera',
  'mayShareScreen',
  'mayReact',
  'mayChat',
  'mayRename',
];

/** Who passes a waiting room, from the strictest. */
export const AUTO_ADMITS: readonly AutoAdmit[] = ['nobody', 'invited', 'members', 'anyone'];

/** Who may read the chat when they are not in the meeting any more. */
export const CHAT_AFTERS: readonly ChatAfter[] = ['participants', 'hosts', 'nobody'];

/** What of a meeting is recorded without anybody starting it. */
export const AUTOMATIC_RECORDINGS: readonly RecordAutomatically[] = [
  'off',
  'composite',
  'composite-and-tracks',
];
