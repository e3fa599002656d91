import type { MediaStatus, MeetingSettings, Stoppable } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import type { RequestInput, RequestOutput } from '../../protocol/requests.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import type { AdoptedMedia, MediaCommands, MediaEvents } from '../media/MediaCommands.ts';
import type { Fanout } from './Fanout.ts';
import { MediaReports } from './MediaReports.ts';
import type { Participant } from './Participant.ts';
import { Producing } from './Producing.ts';
import type { Roster } from './Roster.ts';
import type { StageFeed } from './StageFeed.ts';
import { assertMaySend, maySend, SOURCES } from './sending.ts';

export interface MeetingMediaDeps {
  media: MediaCommands;
  fanout: Fanout;
  /** STUN and TURN servers and how to publish, as a client of this meeting gets them now. */
  webrtcConfig: (rtpCapabilities: RtpCapabilities, meetingId: string) => WebrtcConfig;
  settings: () => MeetingSettings;
  feed: () => StageFeed;
}

/**
 * Media requests of the participants of one meeting, and what the media layer reports. Producers in
 * the roster are those that the media layer confirmed: media status follows from them.
 */
export class MeetingMedia {
  readonly #roster: Roster;
  readonly #deps: MeetingMediaDeps;
  readonly #producing: Producing;
  #rtpCapabilities: RtpCapabilities | null = null;
  /** Who was in when the meeting was taken over, and of whom no node had anything; not told so yet. */
  readonly #lost = new Set<string>();
  /** What else the media layer reports. */
  readonly reports: MediaReports;

  constructor(roster: Roster, deps: MeetingMediaDeps) {
    this.#roster = roster;
    this.#deps = deps;
    this.#producing = new Producing(roster, {
      ...deps,
      publishStatus: (participant, before) => this.#publishStatus(participant, before),
    });
    this.reports = new MediaReports(roster, deps);
  }

  /** Makes sure that the meeting has a router. */
  async open(): Promise<void> {
    if (this.#rtpCapabilities) return;
    const { meetingId, epoch } = this.#roster.fence;
    const { rtpCapabilities } = await this.#deps.media.openMeeting(meetingId, epoch);
    this.#rtpCapabilities = rtpCapabilities;
    this.#deps.feed().look();
  }

  /** Null while the meeting has no router. */
  get rtpCapabilities(): RtpCapabilities | null {
    return this.#rtpCapabilities;
  }

  /** Takes over what the media layer has of those who are in. */
  adopt({ rtpCapabilities, participants }: AdoptedMedia): void {
    this.#rtpCapabilities = rtpCapabilities;
    for (const { id } of this.#roster.participants) this.#lost.add(id);
    for (const { participantId, producers } of participants) {
      this.#lost.delete(participantId);
      const participant = this.#roster.get(participantId);
      if (!participant) {
        // Somebody who left while nobody owned the meeting.
        this.#deps.media
          .closeParticipant({ meetingId: this.#roster.meetingId, participantId })
          .catch(() => undefined);
        continue;
      }
      for (const { producerId: id, requestId, kind, source, paused } of producers) {
        participant.producers.set(id, { id, kind, source, paused });
        // What is sent was turned on again: the owner was lost before that could be kept.
        if (!paused) participant.stopped.delete(SOURCES[source][1]);
        // Whoever has not heard of it asks again.
        if (requestId === null) continue;
        participant.produced.set(requestId, Promise.resolve({ producerId: id }));
      }
    }
  }

  /** To whoever has taken their place again after a takeover: what they had may have gone with its node. */
  tellLoss({ id }: Participant): void {
    if (this.#lost.delete(id) && this.#rtpCapabilities) this.#tellReset([id]);
  }

  async close(): Promise<void> {
    this.#rtpCapabilities = null;
    this.#deps.feed().forgetMedia();
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
    participant.interrupted.clear();
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
    this.#lost.delete(participant.id);
    return this.#deps.media.createTransport(
      this.#key(participant),
      input.direction === 'send'
        ? { direction: 'send' }
        : { direction: 'recv', rtpCapabilities: input.rtpCapabilities },
      input.moveId,
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

  produce(
    participant: Participant,
    input: RequestInput<'produce'>,
  ): Promise<{ producerId: string }> {
    return this.#producing.produce(participant, input);
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

  async finishMove(
    participant: Participant,
    { moveId, moved }: RequestInput<'finish-move'>,
  ): Promise<Record<string, never>> {
    await this.#deps.media.finishMove(this.#key(participant), moveId, moved);
    return {};
  }

  /** Mutes, unmutes and stops what the participant asks for; answers what is true afterwards. */
  async setStatus(participant: Participant, wanted: MediaStatus): Promise<MediaStatus> {
    const on = { microphone: wanted.audio, camera: wanted.video };
    const producers = [...participant.producers.values()];
    const switched = producers.filter(
      ({ source, paused }) =>
        (source === 'microphone' || source === 'camera') && paused === on[source],
    );
    // All or nothing: refused before anything changes.
    for (const { source, paused } of switched)
      if (paused) assertMaySend(participant, source, this.#deps.settings());
    const ended = wanted.screenSharing
      ? []
      : producers.filter(({ source }) => SOURCES[source][1] === 'screen');
    await Promise.all([
      ...switched.map(({ id, paused }) => this.#setPaused(participant, id, !paused)),
      ...ended.map(({ id }) => this.closeProducer(participant, id)),
    ]);
    return participant.media;
  }

  /**
   * A host stops something: a microphone is muted, a camera or screen closed, whatever the client goes
   * on sending. They may turn it on again only where the settings let them.
   * @param by the host; null when a change of the settings stops it
   * @returns whether there was anything to stop
   */
  async stop(participant: Participant, what: Stoppable, by: Participant | null): Promise<boolean> {
    if (what !== 'screen') participant.granted.delete(what);
    this.#roster.touch(participant);
    const concerned = [...participant.producers.values()].filter(
      ({ source, paused }) => SOURCES[source][1] === what && !(source === 'microphone' && paused),
    );
    // What they are about to send again is stopped before it comes.
    const isAwaited = participant.interrupted.delete(what);
    if (concerned.length === 0 && !isAwaited) return false;
    // An owner that was succeeded finds out by this: what it could not do, nobody is to obey.
    const muted = concerned.filter(({ source }) => source === 'microphone');
    await Promise.all(muted.map(({ id }) => this.#silence(participant, id)));
    participant.stopped.add(what);
    this.#roster.publish('media-stopped', {
      participantId: participant.id,
      source: what,
      by: by?.id ?? null,
    });
    for (const { id } of muted) this.#notePaused(participant, id, true);
    const closed = concerned.filter(({ source }) => source !== 'microphone');
    await Promise.all(closed.map(({ id }) => this.closeProducer(participant, id)));
    return true;
  }

  /** Stops what somebody may not send any more: the settings or their role have changed. */
  async enforce(participant: Participant): Promise<void> {
    for (const source of ['camera', 'screen'] as const) {
      if (!maySend(participant, source, this.#deps.settings()))
        await this.stop(participant, source, null);
    }
  }

  /** The settings have changed: what was granted under the ones before ends, and so does what they forbid. */
  async enforceAll(before: MeetingSettings): Promise<void> {
    const now = this.#deps.settings();
    for (const participant of this.#roster.participants) {
      if (before.mayUnmute && !now.mayUnmute) participant.granted.delete('microphone');
      if (before.mayUseCamera && !now.mayUseCamera) participant.granted.delete('camera');
      this.#roster.touch(participant);
      await this.enforce(participant);
    }
  }

  handleReset({ rtpCapabilities, participantIds }: MediaEvents['meeting-reset'][0]): void {
    if (!this.#rtpCapabilities) return;
    this.#rtpCapabilities = rtpCapabilities;
    this.#deps.feed().handleReset(participantIds);
    for (const participantId of participantIds) {
      const participant = this.#roster.get(participantId);
      for (const { source, paused } of participant?.producers.values() ?? []) {
        if (!paused) participant?.interrupted.add(SOURCES[source][1]);
      }
      participant?.dropMedia();
    }
    const concerned = participantIds.filter((id) => this.#roster.get(id));
    if (concerned.length > 0) this.#tellReset(concerned);
  }

  handleProducerClosed({ participantId, producerId }: MediaEvents['producer-closed'][0]): void {
    const participant = this.#roster.get(participantId);
    if (participant?.producers.has(producerId)) this.#removeProducer(participant, producerId);
  }

  /** Where the worker has just died nothing is sent, and whoever builds it anew knows that it was stopped. */
  async #silence(participant: Participant, producerId: string): Promise<void> {
    try {
      await this.#deps.media.setProducerPaused(this.#key(participant), producerId, true);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'INVALID_STATE')) throw error;
    }
  }

  async #setPaused(participant: Participant, producerId: string, paused: boolean): Promise<void> {
    await this.#deps.media.setProducerPaused(this.#key(participant), producerId, paused);
    const producer = participant.producers.get(producerId);
    if (!producer || producer.paused === paused) return;
    if (!paused && !maySend(participant, producer.source, this.#deps.settings())) {
      // Forbidden while the media layer was at it.
      await this.#deps.media.setProducerPaused(this.#key(participant), producerId, true);
      throw new AppError('FORBIDDEN', { message: SOURCES[producer.source][2] });
    }
    this.#notePaused(participant, producerId, paused);
  }

  /** The media layer has done it: everybody is told. */
  #notePaused(participant: Participant, producerId: string, paused: boolean): void {
    const producer = participant.producers.get(producerId);
    if (!producer || producer.paused === paused) return;
    const before = participant.media;
    participant.producers.set(producerId, { ...producer, paused });
    const isOnAgain = !paused && participant.stopped.delete(SOURCES[producer.source][1]);
    if (isOnAgain) this.#roster.touch(participant);
    this.#roster.publish('producer-updated', {
      participantId: participant.id,
      producerId,
      paused,
    });
    this.#publishStatus(participant, before);
  }

  #tellReset(participantIds: string[]): void {
    this.#roster.publish('media-reset', { participantIds, webrtcConfig: this.webrtcConfig() });
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
