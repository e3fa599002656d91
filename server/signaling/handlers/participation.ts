import type { Handlers } from './Handlers.ts';

/** Hands, names and reactions. */
export const participationHandlers = {
  'raise-hand': (meeting, caller, { raised }) =>
    meeting.act(caller.connectionId, (actor, { moderation }) => {
      moderation.raiseHand(actor, raised);
      return { handRaised: raised };
    }),

  'rename-participant': (meeting, caller, { participantId, name }) =>
    meeting.act(caller.connectionId, async (actor, { moderation }) => {
      await moderation.rename(actor, participantId, name);
      return {};
    }),

  'send-reaction': (meeting, caller, { reaction }) =>
    meeting.act(caller.connectionId, (actor, { moderation }) => {
      moderation.react(actor, reaction);
      return {};
    }),
} satisfies Partial<Handlers>;
