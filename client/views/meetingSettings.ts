import type { AutoAdmit, MeetingSettings } from '../../protocol/meetings.ts';

/** What everybody may do, in the order in which hosts want it. */
export const SETTINGS: readonly (keyof MeetingSettings)[] = [
  'mayUnmute',
  'mayUseCamera',
  'mayShareScreen',
  'mayReact',
  'mayRename',
];

/** Who passes a waiting room, from the strictest. */
export const AUTO_ADMITS: readonly AutoAdmit[] = ['nobody', 'invited', 'members', 'anyone'];
