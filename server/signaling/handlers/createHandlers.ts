import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';
import { mediaHandlers } from './media.ts';
import { meetingHandlers } from './meetings.ts';
import { moderationHandlers } from './moderation.ts';
import { participationHandlers } from './participation.ts';
import { waitingRoomHandlers } from './waitingRoom.ts';

export function createHandlers(meetings: MeetingManager): Handlers {
  return {
    ...meetingHandlers(meetings),
    ...mediaHandlers,
    ...participationHandlers,
    ...waitingRoomHandlers,
    ...moderationHandlers,
  };
}
