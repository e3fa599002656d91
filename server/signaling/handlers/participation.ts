import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';

/** Hands and reactions. */
export function participationHandlers(meetings: MeetingManager) {
  return {
    'raise-hand': (connection, { meetingId, raised }) => {
      const meeting = meetings.live(meetingId);
      meeting.raiseHand(meeting.participantOf(connection.id), raised);
      return { handRaised: raised };
    },
    'send-reaction': (connection, { meetingId, reaction }) => {
      const meeting = meetings.live(meetingId);
      meeting.react(meeting.participantOf(connection.id), reaction);
      return {};
    },
  } satisfies Partial<Handlers>;
}
