import type { MediaStatus, ProducerView } from '../../protocol/meetings.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import { AppError } from '../core/AppError.ts';
import type { MeetingMediaDeps } from './MeetingMedia.ts';
import type { Participant } from './Participant.ts';
import type { Roster } from './Roster.ts';
import { assertMaySend, maySend, SOURCES } from './sending.ts';

interface Deps extends Pick<MeetingMediaDeps, 'media' | 'settings'> {
  /** Tells everybody what somebody sends now, where it is not what it was before. */
  publishStatus: (participant: Participant, before: MediaStatus) => void;
}

/**
 * Somebody begins to send: whether they may, also once the media layer is done with it, and what is
 * true of it by then.
 */
export class Producing {
  readonly #roster: Roster;
  readonly #deps: Deps;

  constructor(roster: Roster, deps: Deps) {
    this.#roster = roster;
    this.#deps = deps;
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

  async #produce(
    participant: Participant,
    input: RequestInput<'produce'>,
  ): Promise<{ producerId: string }> {
    const { source, kind, paused, width, height } = input;
    // A microphone that is muted may be there for the moment when it may be heard.
    const silent = source === 'microphone' && paused && !participant.companion;
    // Who sends it already may go on, also where nobody may begin any more.
    const before = participant.producers.get(input.replaces ?? '');
    const allowed = silent || (before?.source === source && !before.paused);
    if (!allowed) assertMaySend(participant, source, this.#deps.settings());
    const { mediaGeneration } = participant;
    const { producerId } = await this.#deps.media.produce(this.#key(participant), {
      requestId: input.requestId,
      transportId: input.transportId,
      kind,
      source,
      rtpParameters: input.rtpParameters,
      paused,
      size: width !== undefined && height !== undefined ? { width, height } : null,
    });
    if (participant.mediaGeneration !== mediaGeneration) throw new AppError('INVALID_STATE');
    if (!allowed && !maySend(participant, source, this.#deps.settings())) {
      // Forbidden while the media layer was at it.
      await this.#deps.media.closeProducer(this.#key(participant), producerId);
      throw new AppError('FORBIDDEN', { message: SOURCES[source][2] });
    }
    const replaced = await this.#follow(participant, input, producerId);
    const status = participant.media;
    const producer = {
      ...{ id: producerId, kind, source, paused: replaced?.paused ?? paused },
      ...(replaced && { replaces: replaced.id }),
    };
    participant.producers.set(producerId, producer);
    participant.interrupted.delete(SOURCES[source][1]);
    const isOnAgain = !producer.paused && participant.stopped.delete(SOURCES[source][1]);
    if (isOnAgain) this.#roster.touch(participant);
    this.#roster.publish('producer-added', { participantId: participant.id, producer });
    this.#deps.publishStatus(participant, status);
    return { producerId };
  }

  /**
   * A producer that stands for another is muted as that one is by now, and not there when that one is
   * gone: a host may have stopped it meanwhile.
   * @throws AppError INVALID_STATE
   */
  async #follow(
    participant: Participant,
    { replaces, source, paused }: RequestInput<'produce'>,
    producerId: string,
  ): Promise<ProducerView | undefined> {
    if (replaces === undefined) return undefined;
    const { media } = this.#deps;
    const { mediaGeneration } = participant;
    for (let mirrored = paused; ;) {
      const replaced = participant.producers.get(replaces);
      const exists = replaced?.source === source && participant.mediaGeneration === mediaGeneration;
      if (!exists) {
        await media.closeProducer(this.#key(participant), producerId);
        throw new AppError('INVALID_STATE', { message: 'There is nothing that it replaces.' });
      }
      if (replaced.paused === mirrored) return replaced;
      mirrored = replaced.paused;
      await media.setProducerPaused(this.#key(participant), producerId, mirrored);
    }
  }

  #key(participant: Participant): { meetingId: string; participantId: string } {
    return { meetingId: this.#roster.meetingId, participantId: participant.id };
  }
}
