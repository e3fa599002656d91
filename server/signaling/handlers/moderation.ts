import type { MeetingPatch } from '../../meetings/stores.ts';
import { toMeetingView } from '../../meetings/views.ts';
import type { Handlers } from './Handlers.ts';

/** What hosts do to others and to the meeting. */
export const moderationHandlers = {
  'update-meeting': async (meeting, caller, { meetingId: _, settings, ...rules }) => {
    const change = (current: { settings: NonNullable<MeetingPatch['settings']> }) => ({
      ...rules,
      ...(settings && { settings: { ...current.settings, ...settings } }),
    });
    const by = { connectionId: caller.connectionId };
    return { meeting: toMeetingView(await meeting.update(change, by)) };
  },

  'assign-role': (meeting, caller, { participantId, role }) =>
    meeting.act(caller.connectionId, async (actor, { leadership, moderation }) => {
      const right = role === 'host' ? 'hand-over' : 'assign-cohosts';
      await leadership.assign(actor, moderation.target(actor, right, participantId), role);
      return {};
    }),

  'mute-participant': async (meeting, caller, { meetingId: _, ...whom }) => {
    if ('participantId' in whom) {
      const { participantId } = whom;
      const muted = await meeting.act(caller.connectionId, (actor, { moderation }) =>
        moderation.stop(actor, participantId, 'microphone'),
      );
      return { muted: muted ? [participantId] : [] };
    }
    const { mayUnmute } = whom;
    // Before anybody is muted: nobody is to slip back in between.
    if (mayUnmute !== undefined) {
      await meeting.update(({ settings }) => ({ settings: { ...settings, mayUnmute } }), {
        connectionId: caller.connectionId,
      });
    }
    return meeting.act(caller.connectionId, async (actor, { moderation }) => ({
      muted: await moderation.muteAll(actor),
    }));
  },

  'ask-to-unmute': (meeting, caller, { participantId, source }) =>
    meeting.act(caller.connectionId, async (actor, { moderation }) => {
      await moderation.askToUnmute(actor, participantId, source);
      return {};
    }),

  'stop-media': (meeting, caller, { participantId, source }) =>
    meeting.act(caller.connectionId, async (actor, { moderation }) => {
      await moderation.stop(actor, participantId, source);
      return {};
    }),

  'lower-hand': (meeting, caller, { meetingId: _, ...whose }) =>
    meeting.act(caller.connectionId, async (actor, { moderation }) => {
      if ('participantId' in whose) await moderation.lowerHand(actor, whose.participantId);
      else await moderation.lowerAllHands(actor);
      return {};
    }),

  'remove-participant': (meeting, caller, { participantId, ban = false }) =>
    meeting.act(caller.connectionId, async (actor, { departures }) => {
      await departures.expel(actor, participantId, ban);
      return {};
    }),

  'list-bans': (meeting, caller) =>
    meeting.act(caller.connectionId, (actor, { book, moderation }) => {
      moderation.assertMay(actor, 'ban');
      const bans = book.bans.map(({ id, name, guest, decidedBy, decidedAt }) => ({
        ...{ id, name, guest },
        bannedBy: decidedBy,
        bannedAt: new Date(decidedAt).toISOString(),
      }));
      return { bans };
    }),

  'lift-ban': (meeting, caller, { banId }) =>
    meeting.act(caller.connectionId, async (actor, { audit, book, moderation }) => {
      moderation.assertMay(actor, 'ban');
      const lifted = await book.liftBan(banId);
      if (lifted) await audit.record('ban-lifted', actor, lifted);
      return {};
    }),

  'list-audit': (meeting, caller, { before, limit }) =>
    meeting.act(caller.connectionId, (actor, { audit, moderation }) => {
      moderation.assertMay(actor, 'see-audit');
      return audit.list({ before, limit });
    }),
} satisfies Partial<Handlers>;
