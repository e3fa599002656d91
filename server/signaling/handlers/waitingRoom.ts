import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Handlers } from './Handlers.ts';

/** Those who wait, and those who let them in. */
export function waitingRoomHandlers(meetings: MeetingManager) {
  return {
    'update-waiting-devices': (connection, { meetingId, audio, video }) => {
      meetings.live(meetingId).setWaitingDevices(connection.id, { audio, video });
      return {};
    },

    'admit-participant': (connection, { meetingId, always = false, ...chosen }) =>
      meetings.live(meetingId).act(connection.id, (actor, { moderation, queue }) => {
        moderation.assertMay(actor, 'manage-waiting-room');
        return queue.admit(actor, chosen, always);
      }),

    'deny-participant': (connection, { meetingId, message, ban = false, ...chosen }) =>
      meetings.live(meetingId).act(connection.id, async (actor, parts) => {
        const { departures, moderation, queue } = parts;
        moderation.assertMay(actor, ban ? 'ban' : 'manage-waiting-room');
        const denied = await queue.deny(actor, chosen, { message, ban });
        if (ban) await departures.putOutBanned();
        return { denied };
      }),

    'message-waiting-room': async (connection, { meetingId, message }) => {
      const meeting = meetings.live(meetingId);
      await meeting.update(() => ({ waitingMessage: message }), { connectionId: connection.id });
      return {};
    },
  } satisfies Partial<Handlers>;
}
