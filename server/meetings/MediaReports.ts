import type { MediaEvents } from '../media/MediaCommands.ts';
import type { MeetingMediaDeps } from './MeetingMedia.ts';
import type { Roster } from './Roster.ts';

type Deps = Pick<MeetingMediaDeps, 'media' | 'fanout' | 'webrtcConfig' | 'feed'>;

/** What the media layer reports of one meeting and clients are told as it is: nothing in the roster follows from it. */
export class MediaReports {
  readonly #roster: Roster;
  readonly #deps: Deps;

  constructor(roster: Roster, deps: Deps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Whoever cannot be told now is moved later. */
  handleMoving({ participantId, moveId, ...of }: MediaEvents['participant-moving'][0]): void {
    const { meetingId, rtpCapabilities } = of;
    const participant = this.#roster.get(participantId);
    if (!participant?.connectionId) {
      this.#deps.media
        .finishMove({ meetingId, participantId }, moveId, false)
        .catch(() => undefined);
      return;
    }
    const webrtcConfig = this.#deps.webrtcConfig(rtpCapabilities, meetingId);
    this.#roster.tell(participant, 'media-moving', { meetingId, moveId, webrtcConfig });
  }

  handleConsumersStale(event: MediaEvents['consumers-stale'][0]): void {
    const { meetingId, participantId, consumerIds } = event;
    this.#deps.feed().handleStale(participantId, consumerIds);
    const participant = this.#roster.get(participantId);
    this.#roster.tell(participant, 'consumers-closed', { meetingId, consumerIds });
  }

  handleConsumerLayers(event: MediaEvents['consumer-layers'][0]): void {
    const { participantId, ...payload } = event;
    this.#roster.tell(this.#roster.get(participantId), 'consumer-layers-updated', payload);
  }

  handleLayersWanted(event: MediaEvents['layers-wanted'][0]): void {
    const { participantId, ...payload } = event;
    this.#roster.tell(this.#roster.get(participantId), 'producer-layers-wanted', payload);
  }

  handleActiveSpeaker(event: MediaEvents['active-speaker'][0]): void {
    this.#deps.fanout.toMeeting('active-speaker', event);
    this.#deps.feed().handleSpeaker(event.participantId);
  }

  handleAudioLevels(event: MediaEvents['audio-levels'][0]): void {
    this.#deps.fanout.toMeetingVolatile('audio-levels', event);
  }

  handleQualities(event: MediaEvents['qualities'][0]): void {
    this.#deps.fanout.toMeeting('connection-quality-updated', event);
  }
}
