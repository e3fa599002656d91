import type { Broadcast } from '../../protocol/live.ts';
import { NO_BROADCAST } from '../../protocol/live.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { MediaCommands, ParticipantKey } from '../media/MediaCommands.ts';
import { FeedInputs } from './FeedInputs.ts';
import type { FeedArgs, FeedState, FeedWishes } from './feed.ts';
import { feedCapabilities, stageOf, tracksOf } from './feed.ts';
import type { Roster } from './Roster.ts';

export interface StageFeedDeps {
  media: MediaCommands;
  /** Null while the meeting has no router. */
  rtpCapabilities: () => RtpCapabilities | null;
  logger: Logger;
}

/** A mixer that has not asked for so long is gone. */
const SILENCE_MS = 6_000;
/** Nothing has changed: the mixer is answered by then. */
const HOLD_MS = 2_000;
const RETRY_MS = 500;
/** Whoever has become large stays so for so long at least: pictures that jump are no pleasure. */
const SPEAKER_MS = 2_000;

interface Attached extends Pick<FeedArgs, 'generation' | 'address'> {
  readonly id: string;
}

/**
 * What the mixer of a meeting gets of it: the media of everybody on the stage, and who they are. The mixer asks for
 * it again and again, whoever owns the meeting by then; it has no place in the roster, and nobody waits for it.
 */
export class StageFeed {
  readonly #roster: Roster;
  readonly #deps: StageFeedDeps;
  readonly #inputs: FeedInputs;
  #attached: Attached | null = null;
  #broadcast: Broadcast = NO_BROADCAST;
  #speaker: string | null = null;
  #state: FeedState;
  #waiting: (() => void)[] = [];
  #version = 0;
  #speakerSince = -Infinity;
  #speakerTimer: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isWorking = false;
  #again = false;
  #closed = false;

  constructor(roster: Roster, deps: StageFeedDeps) {
    this.#roster = roster;
    this.#deps = deps;
    this.#inputs = new FeedInputs(deps.media);
    this.#state = {
      version: this.#nextVersion(),
      inputs: [],
      stage: { people: [], speaker: null },
      tracks: [],
    };
  }

  /** What of the meeting goes beyond those who are in it. */
  get broadcast(): Broadcast {
    return this.#broadcast;
  }

  /**
   * Answers what the mixer is to have as soon as it is another than it knows, and after 2 s in any case.
   * @throws AppError INVALID_STATE: a later mixer has it
   */
  async follow(args: FeedArgs): Promise<FeedState> {
    this.#attach(args);
    if (this.#state.version === args.version) await this.#changed();
    return this.#state;
  }

  /** What the mixer shows, and of which inputs it cannot without a key frame. An earlier mixer's changes nothing. */
  async want({ generation, views, keyFrames }: FeedWishes): Promise<void> {
    if (this.#attached?.generation !== generation) return;
    const key = this.#key(this.#attached);
    await this.#inputs.show(key, views);
    await this.#inputs.askForKeyFrames(key, keyFrames);
  }

  /** Something of somebody has changed. */
  look(): void {
    if (this.#attached && !this.#closed) this.#refresh();
  }

  /** Somebody speaks. Who does so in between, only for a moment, does not become large. */
  handleSpeaker(participantId: string | null): void {
    clearTimeout(this.#speakerTimer);
    if (participantId === null || participantId === this.#speaker) return;
    const waitMs = this.#speakerSince + SPEAKER_MS - performance.now();
    if (this.#attached && waitMs > 0) {
      this.#speakerTimer = setTimeout(() => this.handleSpeaker(participantId), waitMs);
      return;
    }
    this.#speaker = participantId;
    this.#speakerSince = performance.now();
    this.look();
  }

  /** What it had is gone with its router. */
  handleReset(participantIds: readonly string[]): void {
    if (this.#attached && participantIds.includes(this.#attached.id)) this.forgetMedia();
  }

  /** The media layer has closed what nobody had resumed. */
  handleStale(participantId: string, consumerIds: readonly string[]): void {
    if (participantId !== this.#attached?.id) return;
    this.#inputs.drop(consumerIds);
    this.look();
  }

  /** The meeting's media is gone, or the feed's alone. */
  forgetMedia(): void {
    this.#inputs.clear();
    this.look();
  }

  /** Nobody is kept waiting. What the mixer has of the media layer is for the next owner to close. Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    clearTimeout(this.#speakerTimer);
    this.#wake();
  }

  #attach({ generation, address, broadcast }: FeedArgs): void {
    if (this.#closed) throw new StaleEpochError(this.#roster.meetingId, this.#roster.fence.epoch);
    const before = this.#attached;
    if (before && before.generation > generation) throw new AppError('INVALID_STATE');
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#detach(), SILENCE_MS);
    const isSame =
      before?.generation === generation &&
      before.address.ip === address.ip &&
      before.address.port === address.port;
    if (!isSame) {
      this.#attached = { id: `mixer-${generation}`, generation, address };
      if (before) this.#release(before);
      this.#inputs.clear();
      this.#deps.logger.info({ meetingId: this.#roster.meetingId, generation }, 'mixer attached');
      this.#refresh();
    }
    this.#announce(broadcast);
  }

  /** The mixer has gone. */
  #detach(): void {
    const before = this.#attached;
    clearTimeout(this.#retry);
    this.#attached = null;
    this.#inputs.clear();
    if (before) {
      this.#release(before);
      const { meetingId } = this.#roster;
      this.#deps.logger.info({ meetingId, generation: before.generation }, 'mixer detached');
    }
    this.#announce(NO_BROADCAST);
  }

  /** The mixer has ended by itself. */
  end(generation: number): void {
    if (this.#attached?.generation !== generation) return;
    clearTimeout(this.#silence);
    this.#detach();
  }

  #announce(broadcast: Broadcast): void {
    const before = this.#broadcast;
    const { roomId, listenerChat, recording } = broadcast;
    const isSame =
      before.roomId === roomId &&
      before.listenerChat === listenerChat &&
      before.recording === recording;
    if (isSame) return;
    this.#broadcast = broadcast;
    if (!this.#closed) this.#roster.publish('broadcast-updated', { broadcast });
  }

  /** One after another, and once more for what changed meanwhile. */
  #refresh(): void {
    this.#again = true;
    if (!this.#isWorking) void this.#workOff();
  }

  async #workOff(): Promise<void> {
    this.#isWorking = true;
    while (this.#again && this.#attached && !this.#closed) {
      this.#again = false;
      const attached = this.#attached;
      try {
        await this.#bringUp(attached);
      } catch (error) {
        if (error instanceof StaleEpochError || this.#attached !== attached) continue;
        const { meetingId } = this.#roster;
        this.#deps.logger.warn({ err: error, meetingId }, 'the mixer gets its media later');
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.look(), RETRY_MS);
      }
      this.#publish();
    }
    this.#isWorking = false;
  }

  async #bringUp({ id, address }: Attached): Promise<void> {
    const router = this.#deps.rtpCapabilities();
    if (!router) {
      this.#inputs.clear();
      return;
    }
    const rtpCapabilities = feedCapabilities(router);
    const key = this.#key({ id });
    await this.#inputs.open(key, { ...address, rtpCapabilities });
    await this.#inputs.follow(
      key,
      this.#roster.participants.flatMap(({ producers }) => [...producers.keys()]),
    );
  }

  #publish(): void {
    const inputs = this.#inputs.all;
    const { participants } = this.#roster;
    const { byProducer } = this.#inputs;
    const stage = stageOf(participants, byProducer, this.#speaker);
    const next = { inputs: [...inputs], stage, tracks: tracksOf(participants, byProducer) };
    const { version: _, ...before } = this.#state;
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    this.#state = { ...next, version: this.#nextVersion() };
    this.#wake();
  }

  #nextVersion(): string {
    return `${this.#roster.fence.epoch}.${++this.#version}`;
  }

  #release({ id }: Attached): void {
    this.#deps.media.closeParticipant(this.#key({ id })).catch(() => undefined);
  }

  #key({ id: participantId }: Pick<Attached, 'id'>): ParticipantKey {
    return { meetingId: this.#roster.meetingId, participantId };
  }

  async #changed(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, HOLD_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
