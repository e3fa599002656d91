import type { MeetingPatch } from '../../meetings/stores.ts';
import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import { toMeetingView } from '../../meetings/views.ts';
import type { Handlers } from './Handlers.ts';

/** What hosts do to others and to the meeting. */
export function moderationHandlers(meetings: MeetingManager) {
  return {
    'update-meeting': async (connection, { meetingId, settings, ...rules }) => {
      const change = (current: { settings: NonNullable<MeetingPatch['settings']> }) => ({
        ...rules,
        ...(settings && { settings: { ...current.settings, ...settings } }),
      });
      const by = { connectionId: connection.id };
      return { meeting: toMeetingView(await meetings.live(meetingId).update(change, by)) };
    },

    'assign-role': (connection, { meetingId, participantId, role }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { leadership, moderation }) => {
        const right = role === 'host' ? 'hand-over' : 'assign-cohosts';
        await leadership.assign(actor, moderation.target(actor, right, participantId), role);
        return {};
      }),

    'mute-participant': async (connection, { meetingId, ...whom }) => {
      const meeting = meetings.live(meetingId);
      if ('participantId' in whom) {
        const { participantId } = whom;
        const muted = await meeting.act(connection.id, (actor, { moderation }) =>
          moderation.stop(actor, participantId, 'microphone'),
        );
        return { muted: muted ? [participantId] : [] };
      }
      const { mayUnmute } = whom;
      // Before anybody is muted: nobody is to slip back in between.
      if (mayUnmute !== undefined) {
        await meeting.update(({ settings }) => ({ settings: { ...settings, mayUnmute } }), {
          connectionId: connection.id,
        });
      }
      return meeting.act(connection.id, async (actor, { moderation }) => ({
        muted: await moderation.muteAll(actor),
      }));
    },

    'ask-to-unmute': (connection, { meetingId, participantId, source }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { moderation }) => {
        await moderation.askToUnmute(actor, participantId, source);
        return {};
      }),

    'stop-media': (connection, { meetingId, participantId, source }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { moderation }) => {
        await moderation.stop(actor, participantId, source);
        return {};
      }),

    'lower-hand': (connection, { meetingId, ...whose }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { moderation }) => {
        if ('participantId' in whose) await moderation.lowerHand(actor, whose.participantId);
        else await moderation.lowerAllHands(actor);
        return {};
      }),

    'remove-participant': (connection, { meetingId, participantId, ban = false }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { departures }) => {
        await departures.expel(actor, participantId, ban);
        return {};
      }),

    'list-bans': (connection, { meetingId }) =>
      meetings.live(meetingId).act(connection.id, (actor, { book, moderation }) => {
        moderation.assertMay(actor, 'ban');
        const bans = book.bans.map(({ id, name, guest, decidedBy, decidedAt }) => ({
          ...{ id, name, guest },
          bannedBy: decidedBy,
          bannedAt: new Date(decidedAt).toISOString(),
        }));
        return { bans };
      }),

    'lift-ban': (connection, { meetingId, banId }) =>
      meetings.live(meetingId).act(connection.id, async (actor, { audit, book, moderation }) => {
        moderation.assertMay(actor, 'ban');
        const lifted = await book.liftBan(banId);
        if (lifted) await audit.record('ban-lifted', actor, lifted);
        return {};
      }),

    'list-audit': (connection, { meetingId, before, limit }) =>
      meetings.live(meetingId).act(connection.id, (actor, { audit, moderation }) => {
        moderation.assertMay(actor, 'see-audit');
        return audit.list({ before, limit });
      }),
  } satisfies Partial<Handlers>;
}
