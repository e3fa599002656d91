import type { Handlers } from './Handlers.ts';

/** Those who wait, and those who let them in. */
export const waitingRoomHandlers = {
  'update-waiting-devices': (meeting, caller, { audio, video }) => {
    meeting.setWaitingDevices(caller.connectionId, { audio, video });
    return {};
  },

  'admit-participant': (meeting, caller, { meetingId: _, always = false, ...chosen }) =>
    meeting.act(caller.connectionId, (actor, { moderation, queue }) => {
      moderation.assertMay(actor, 'manage-waiting-room');
      return queue.admit(actor, chosen, always);
    }),

  'deny-participant': (meeting, caller, { meetingId: _, message, ban = false, ...chosen }) =>
    meeting.act(caller.connectionId, async (actor, parts) => {
      const { departures, moderation, queue } = parts;
      moderation.assertMay(actor, ban ? 'ban' : 'manage-waiting-room');
      const denied = await queue.deny(actor, chosen, { message, ban });
      if (ban) await departures.putOutBanned();
      return { denied };
    }),

  'message-waiting-room': async (meeting, caller, { message }) => {
    await meeting.update(() => ({ waitingMessage: message }), {
      connectionId: caller.connectionId,
    });
    return {};
  },
} satisfies Partial<Handlers>;
