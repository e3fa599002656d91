import type { Meeting } from '../../meetings/Meeting.ts';
import type { Participant } from '../../meetings/Participant.ts';
import type { Caller } from '../../meetings/ownerOperations.ts';
import type { Handlers } from './Handlers.ts';

/** Transports, producers and consumers of whoever speaks through the connection. */
export const mediaHandlers = {
  'create-transport': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.createTransport(participant, input);
  },
  'connect-transport': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.connectTransport(participant, input);
  },
  'restart-ice': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.restartIce(participant, input);
  },
  produce: (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.produce(participant, input);
  },
  'close-producer': async (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    await media.closeProducer(participant, input.producerId);
    return {};
  },
  consume: (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.consume(participant, input);
  },
  'resume-consumers': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.resumeConsumers(participant, input.consumerIds);
  },
  'update-views': async (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    await media.updateViews(participant, input.views);
    return {};
  },
  'finish-move': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    return media.finishMove(participant, input);
  },
  'media-status-update': (meeting, caller, input) => {
    const { media, participant } = seat(meeting, caller);
    const { audio, video, screenSharing } = input;
    return media.setStatus(participant, { audio, video, screenSharing });
  },
} satisfies Partial<Handlers>;

/** @throws AppError INVALID_STATE when the connection has no place in the meeting */
function seat(
  meeting: Meeting,
  { connectionId }: Caller,
): { media: Meeting['media']; participant: Participant } {
  return { media: meeting.media, participant: meeting.participantOf(connectionId) };
}
