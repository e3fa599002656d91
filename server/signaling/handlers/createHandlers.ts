import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';
import { mediaHandlers } from './media.ts';
import { meetingHandlers } from './meetings.ts';
import { participationHandlers } from './participation.ts';

export function createHandlers(meetings: MeetingManager): Handlers {
  return {
    ...meetingHandlers(meetings),
    ...mediaHandlers(meetings),
    ...participationHandlers(meetings),
  };
}
