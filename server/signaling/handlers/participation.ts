import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';

/** Hands, names and reactions. */
export function participationHandlers(meetings: MeetingManager) {
  return {
    'raise-hand': (connection, { meetingId, raised }) =>
      meetings.live(meetingId).act(connection.id, (actor, { moderation }) => {
        moderation.raiseHand(actor, raised);
        return { handRaised: raised };
      }),

    'rename-participant': (connection, { meetingId, participantId, name }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { moderation }) => {
        await moderation.rename(actor, participantId, name);
        return {};
      }),

    'send-reaction': (connection, { meetingId, reaction }) =>
      meetings.live(meetingId).act(connection.id, (actor, { moderation }) => {
        moderation.react(actor, reaction);
        return {};
      }),
  } satisfies Partial<Handlers>;
}
