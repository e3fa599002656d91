import type { Meeting } from '../../meetings/Meeting.ts';
import type { MeetingManager } from '../../meetings/MeetingManager.ts';
import type { Participant } from '../../meetings/Participant.ts';
import type { Connection } from '../Connection.ts';
import type { Handlers } from './Handlers.ts';

/** Transports, producers and consumers of whoever speaks through the connection. */
export function mediaHandlers(meetings: MeetingManager) {
  /** @throws AppError INVALID_STATE when the connection has no place in the meeting. */
  function seat(
    connection: Connection,
    { meetingId }: { meetingId: string },
  ): { media: Meeting['media']; participant: Participant } {
    const meeting = meetings.live(meetingId);
    return { media: meeting.media, participant: meeting.participantOf(connection.id) };
  }

  return {
    'create-transport': (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.createTransport(participant, input);
    },
    'connect-transport': (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.connectTransport(participant, input);
    },
    'restart-ice': (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.restartIce(participant, input);
    },
    produce: (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.produce(participant, input);
    },
    'close-producer': async (connection, input) => {
      const { media, participant } = seat(connection, input);
      await media.closeProducer(participant, input.producerId);
      return {};
    },
    consume: (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.consume(participant, input);
    },
    'resume-consumers': (connection, input) => {
      const { media, participant } = seat(connection, input);
      return media.resumeConsumers(participant, input.consumerIds);
    },
    'update-views': async (connection, input) => {
      const { media, participant } = seat(connection, input);
      await media.updateViews(participant, input.views);
      return {};
    },
    'media-status-update': (connection, input) => {
      const { media, participant } = seat(connection, input);
      const { audio, video, screenSharing } = input;
      return media.setStatus(participant, { audio, video, screenSharing });
    },
  } satisfies Partial<Handlers>;
}
