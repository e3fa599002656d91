import type { MediaStatus, MeetingSettings, Source } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import type { RequestInput, RequestOutput } from '../../protocol/requests.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import type { MediaCommands, MediaEvents } from '../media/MediaCommands.ts';
import type { Fanout } from './Fanout.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';

export interface MeetingMediaDeps {
  media: MediaCommands;
  fanout: Fanout;
  /** STUN and TURN servers and how to publish, as a client of this meeting gets them now. */
  webrtcConfig: (rtpCapabilities: RtpCapabilities, meetingId: string) => WebrtcConfig;
  settings: () => MeetingSettings;
}

/**
 * Media requests of the participants of one meeting, and what the media layer reports. Producers in
 * the roster are those that the media layer confirmed: media status follows from them.
 */
export class MeetingMedia {
  readonly #roster: Roster;
  readonly #deps: MeetingMediaDeps;
  #rtpCapabilities: RtpCapabilities | null = null;

  constructor(roster: Roster, deps: MeetingMediaDeps) {
    this.#roster = roster;
    this.#deps = deps;
  }

  /** Makes sure that the meeting has a router. */
  async open(): Promise<void> {
    if (this.#rtpCapabilities) return;
    const { rtpCapabilities } = await this.#deps.media.openMeeting(this.#roster.meetingId);
    this.#rtpCapabilities = rtpCapabilities;
  }

  async close(): Promise<void> {
    this.#rtpCapabilities = null;
    await this.#deps.media.closeMeeting(this.#roster.meetingId);
  }

  /** @throws AppError INVALID_STATE while the meeting has no router. */
  webrtcConfig(): WebrtcConfig {
    if (!this.#rtpCapabilities) throw new AppError('INVALID_STATE');
    return this.#deps.webrtcConfig(this.#rtpCapabilities, this.#roster.meetingId);
  }

  /** Closes all media of a participant who stays (they begin anew) and tells the others. */
  async reset(participant: Participant): Promise<void> {
    const before = participant.media;
    const producerIds = [...participant.producers.keys()];
    participant.dropMedia();
    for (const producerId of producerIds) {
      this.#roster.publish('producer-closed', { participantId: participant.id, producerId });
    }
    this.#publishStatus(participant, before);
    await this.#deps.media.closeParticipant(this.#key(participant));
  }

  /** Closes all media of a participant who has left the roster. */
  async release(participant: Participant): Promise<void> {
    await this.#deps.media.closeParticipant(this.#key(participant));
  }

  createTransport(
    participant: Participant,
    input: RequestInput<'create-transport'>,
  ): Promise<RequestOutput<'create-transport'>> {
    return this.#deps.media.createTransport(
      this.#key(participant),
      input.direction === 'send'
        ? { direction: 'send' }
        : { direction: 'recv', rtpCapabilities: input.rtpCapabilities },
    );
  }

  async connectTransport(
    participant: Participant,
    input: RequestInput<'connect-transport'>,
  ): Promise<Record<string, never>> {
    const key = this.#key(participant);
    await this.#deps.media.connectTransport(key, input.transportId, input.dtlsParameters);
    return {};
  }

  async restartIce(
    participant: Participant,
    input: RequestInput<'restart-ice'>,
  ): Promise<RequestOutput<'restart-ice'>> {
    const key = this.#key(participant);
    return { iceParameters: await this.#deps.media.restartIce(key, input.transportId) };
  }

  /** The same `requestId` again answers the same producer. */
  produce(
    participant: Participant,
    input: RequestInput<'produce'>,
  ): Promise<{ producerId: string }> {
    const before = participant.produced.get(input.requestId);
    if (before) return before;
    const pending = this.#produce(participant, input);
    participant.produced.set(input.requestId, pending);
    pending.catch(() => participant.produced.delete(input.requestId));
    return pending;
  }

  async closeProducer(participant: Participant, producerId: string): Promise<void> {
    if (!participant.producers.has(producerId)) return;
    this.#removeProducer(participant, producerId);
    await this.#deps.media.closeProducer(this.#key(participant), producerId);
  }

  consume(
    participant: Participant,
    input: RequestInput<'consume'>,
  ): Promise<RequestOutput<'consume'>> {
    return this.#deps.media.consume(this.#key(participant), input.transportId, input.producerIds);
  }

  resumeConsumers(
    participant: Participant,
    consumerIds: string[],
  ): Promise<RequestOutput<'resume-consumers'>> {
    return this.#deps.media.resumeConsumers(this.#key(participant), consumerIds);
  }

  updateViews(participant: Participant, views: RequestInput<'update-views'>['views']) {
    return this.#deps.media.updateViews(this.#key(participant), views);
  }

  /** Mutes, unmutes and stops what the participant asks for; answers what is true afterwards. */
  async setStatus(participant: Participant, wanted: MediaStatus): Promise<MediaStatus> {
    const settings = this.#deps.settings();
    if (wanted.audio && !participant.media.audio && !isHost(participant) && !settings.mayUnmute) {
      const muted = [...participant.producers.values()].some(
        ({ source, paused }) => source === 'microphone' && paused,
      );
      if (muted) throw new AppError('FORBIDDEN', { message: 'Only a host can unmute you.' });
    }
    const changes = [...participant.producers.values()].flatMap(({ id, source, paused }) => {
      if (source === 'microphone' && paused === wanted.audio) {
        return [this.#setPaused(participant, id, !wanted.audio)];
      }
      if (source === 'camera' && paused === wanted.video) {
        return [this.#setPaused(participant, id, !wanted.video)];
      }
      const ofScreen = source === 'screen' || source === 'screen-audio';
      return ofScreen && !wanted.screenSharing ? [this.closeProducer(participant, id)] : [];
    });
    await Promise.all(changes);
    return participant.media;
  }

  handleReset({ rtpCapabilities }: MediaEvents['meeting-reset'][0]): void {
    if (!this.#rtpCapabilities) return;
    this.#rtpCapabilities = rtpCapabilities;
    for (const participant of this.#roster.participants) participant.dropMedia();
    this.#roster.publish('media-reset', { webrtcConfig: this.webrtcConfig() });
  }

  handleProducerClosed({ participantId, producerId }: MediaEvents['producer-closed'][0]): void {
    const participant = this.#roster.get(participantId);
    if (participant?.producers.has(producerId)) this.#removeProducer(participant, producerId);
  }

  handleConsumersStale(event: MediaEvents['consumers-stale'][0]): void {
    const { meetingId, participantId, consumerIds } = event;
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

  async #produce(
    participant: Participant,
    input: RequestInput<'produce'>,
  ): Promise<{ producerId: string }> {
    const { source, kind, paused, width, height } = input;
    this.#assertMayProduce(participant, source, paused);
    const { mediaGeneration } = participant;
    const { producerId } = await this.#deps.media.produce(this.#key(participant), {
      transportId: input.transportId,
      kind,
      source,
      rtpParameters: input.rtpParameters,
      paused,
      size: width !== undefined && height !== undefined ? { width, height } : null,
    });
    if (participant.mediaGeneration !== mediaGeneration) throw new AppError('INVALID_STATE');
    const before = participant.media;
    const producer = { id: producerId, kind, source, paused };
    participant.producers.set(producerId, producer);
    this.#roster.publish('producer-added', { participantId: participant.id, producer });
    this.#publishStatus(participant, before);
    return { producerId };
  }

  #assertMayProduce(participant: Participant, source: Source, paused: boolean): void {
    if (isHost(participant)) return;
    const settings = this.#deps.settings();
    if ((source === 'screen' || source === 'screen-audio') && !settings.mayShareScreen) {
      throw new AppError('FORBIDDEN', { message: 'Only a host can share a screen here.' });
    }
    if (source === 'microphone' && !paused && !settings.mayUnmute) {
      throw new AppError('FORBIDDEN', { message: 'Only a host can unmute you.' });
    }
  }

  async #setPaused(participant: Participant, producerId: string, paused: boolean): Promise<void> {
    await this.#deps.media.setProducerPaused(this.#key(participant), producerId, paused);
    const producer = participant.producers.get(producerId);
    if (!producer || producer.paused === paused) return;
    const before = participant.media;
    participant.producers.set(producerId, { ...producer, paused });
    this.#roster.publish('producer-updated', {
      participantId: participant.id,
      producerId,
      paused,
    });
    this.#publishStatus(participant, before);
  }

  #removeProducer(participant: Participant, producerId: string): void {
    const before = participant.media;
    participant.producers.delete(producerId);
    this.#roster.publish('producer-closed', { participantId: participant.id, producerId });
    this.#publishStatus(participant, before);
  }

  #publishStatus(participant: Participant, before: MediaStatus): void {
    const now = participant.media;
    if (
      now.audio === before.audio &&
      now.video === before.video &&
      now.screenSharing === before.screenSharing
    ) {
      return;
    }
    this.#roster.publish('participant-media-updated', { participantId: participant.id, ...now });
  }

  #key(participant: Participant): { meetingId: string; participantId: string } {
    return { meetingId: this.#roster.meetingId, participantId: participant.id };
  }
}

function isHost({ role }: Participant): boolean {
  return role === 'host' || role === 'cohost';
}
