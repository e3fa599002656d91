import type { types } from 'mediasoup';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import type { ParticipantQuality } from './MediaCommands.ts';
import type { RouterInventory } from './MediaExecutor.ts';
import { ROUTER_PPS } from './packetRates.ts';
import {
  ParticipantMedia,
  type ParticipantMediaOptions,
  type RouterAccess,
} from './ParticipantMedia.ts';
import type { ProducerEntry } from './ProducerEntry.ts';
import { rateParticipant } from './quality.ts';
import { RouterLinks, type PipeOptions } from './RouterLinks.ts';
import type { MediaWorker } from './WorkerPool.ts';

/** Who is audible is told this often at most. */
const LEVELS_INTERVAL_MS = 400;
/** Softer than this, in dBov, is silence. */
const LEVELS_THRESHOLD_DBOV = -60;
const MAX_LEVELS = 8;
const SPEAKER_INTERVAL_MS = 300;
const QUALITY_INTERVAL_MS = 2_000;

export interface MeetingRouterOptions extends ParticipantMediaOptions {
  pipes: PipeOptions;
}

/** What the router tells of its meeting; all plain data. */
export interface MeetingRouterListener {
  onProducerClosed(participantId: string, producerId: string): void;
  onLayersWanted(participantId: string, producerId: string, maxSpatialLayer: number): void;
  onConsumerLayers(
    participantId: string,
    consumerId: string,
    layers: types.ConsumerLayers | undefined,
  ): void;
  onConsumersStale(participantId: string, consumerIds: string[]): void;
  onActiveSpeaker(participantId: string): void;
  onAudioLevels(levels: { participantId: string; volume: number }[]): void;
  onQualities(qualities: ParticipantQuality[]): void;
}

/** One meeting's router on one worker, with the media of those who are placed there. */
export class MeetingRouter implements RouterAccess {
  readonly router: types.Router;
  readonly links: RouterLinks;
  readonly #worker: MediaWorker;
  readonly #speaker: types.ActiveSpeakerObserver;
  readonly #levels: types.AudioLevelObserver;
  readonly #options: MeetingRouterOptions;
  readonly #listener: MeetingRouterListener;
  readonly #participants = new Map<string, ParticipantMedia>();
  readonly #producers = new Map<string, ProducerEntry>();
  readonly #qualities = new Map<string, ParticipantQuality>();
  readonly #qualityTimer: NodeJS.Timeout;
  #load = ROUTER_PPS;
  #closed = false;

  static async create(
    worker: MediaWorker,
    codecs: types.RouterRtpCodecCapability[],
    options: MeetingRouterOptions,
    listener: MeetingRouterListener,
  ): Promise<MeetingRouter> {
    // Reserved before the first await: others who look for a worker meanwhile must see it.
    worker.load += ROUTER_PPS;
    try {
      const router = await worker.worker.createRouter({ mediaCodecs: codecs });
      const [speaker, levels] = await Promise.all([
        router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS }),
        router.createAudioLevelObserver({
          interval: LEVELS_INTERVAL_MS,
          threshold: LEVELS_THRESHOLD_DBOV,
          maxEntries: MAX_LEVELS,
        }),
      ]);
      return new MeetingRouter(worker, router, speaker, levels, options, listener);
    } catch (error) {
      worker.load -= ROUTER_PPS;
      throw error;
    }
  }

  private constructor(
    worker: MediaWorker,
    router: types.Router,
    speaker: types.ActiveSpeakerObserver,
    levels: types.AudioLevelObserver,
    options: MeetingRouterOptions,
    listener: MeetingRouterListener,
  ) {
    this.#worker = worker;
    this.router = router;
    this.#speaker = speaker;
    this.#levels = levels;
    this.#options = options;
    this.#listener = listener;
    this.links = new RouterLinks(this, options.pipes);
    this.#listenToVoices();
    this.#qualityTimer = setInterval(() => this.#rate(), QUALITY_INTERVAL_MS);
    router.observer.once('close', () => this.close());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get worker(): MediaWorker {
    return this.#worker;
  }

  get webRtcServer(): types.WebRtcServer {
    return this.#worker.webRtcServer;
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.router.rtpCapabilities as RtpCapabilities;
  }

  /** Participants who have media here. */
  get participants(): ReadonlyMap<string, ParticipantMedia> {
    return this.#participants;
  }

  participant(participantId: string): ParticipantMedia {
    let media = this.#participants.get(participantId);
    if (!media) {
      media = new ParticipantMedia(participantId, this, this.#options);
      this.#participants.set(participantId, media);
    }
    return media;
  }

  closeParticipant(participantId: string): void {
    const media = this.#participants.get(participantId);
    this.#participants.delete(participantId);
    this.#qualities.delete(participantId);
    media?.close();
  }

  /** Closes the router and everything in it. Idempotent; also called when the worker dies. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#qualityTimer);
    for (const media of this.#participants.values()) media.close();
    this.#participants.clear();
    this.router.close();
    this.#worker.load -= this.#load;
  }

  findProducer(producerId: string): ProducerEntry | undefined {
    return this.#producers.get(producerId);
  }

  async addProducer(entry: ProducerEntry): Promise<void> {
    const { producer, participantId, source } = entry;
    this.addPiped(entry);
    producer.observer.once('close', () => {
      // With the whole router or worker gone there is one fact to tell, not one per producer.
      if (this.#closed || this.#worker.worker.closed) return;
      this.#listener.onProducerClosed(participantId, producer.id);
    });
    if (source === 'microphone') {
      await Promise.all([
        this.#speaker.addProducer({ producerId: producer.id }),
        this.#levels.addProducer({ producerId: producer.id }),
      ]);
    }
  }

  /** One that another router passes on: it is not heard here, and its closing is that router's to tell. */
  addPiped(entry: ProducerEntry): void {
    const { producer } = entry;
    this.#producers.set(producer.id, entry);
    producer.observer.once('close', () => {
      this.#producers.delete(producer.id);
      for (const media of this.#participants.values()) media.forgetProducer(producer.id);
    });
  }

  addLoad(packetsPerSecond: number): void {
    if (this.#closed) return;
    this.#load += packetsPerSecond;
    this.#worker.load += packetsPerSecond;
  }

  /** Somebody is about to look at everyone: publishers start encoding what nobody watched until now. */
  warmProducers(): void {
    for (const entry of this.#producers.values()) entry.warm();
  }

  /** Everything that exists of it, as plain data. */
  describe(): RouterInventory {
    return {
      worker: this.#worker.index,
      rtpCapabilities: this.rtpCapabilities,
      participants: [...this.#participants.values()].map((media) => media.describe()),
      links: this.links.describe(),
    };
  }

  onLayersWanted(participantId: string, producerId: string, maxSpatialLayer: number): void {
    this.#listener.onLayersWanted(participantId, producerId, maxSpatialLayer);
  }

  onConsumerLayers(
    participantId: string,
    consumerId: string,
    layers: types.ConsumerLayers | undefined,
  ): void {
    this.#listener.onConsumerLayers(participantId, consumerId, layers);
  }

  onConsumersStale(participantId: string, consumerIds: string[]): void {
    this.#listener.onConsumersStale(participantId, consumerIds);
  }

  #listenToVoices(): void {
    this.#speaker.on('dominantspeaker', ({ producer }) => {
      const entry = this.#producers.get(producer.id);
      if (entry) this.#listener.onActiveSpeaker(entry.participantId);
    });
    this.#levels.on('volumes', (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const entry = this.#producers.get(producer.id);
        return entry ? [{ participantId: entry.participantId, volume }] : [];
      });
      if (levels.length > 0) this.#listener.onAudioLevels(levels);
    });
    this.#levels.on('silence', () => this.#listener.onAudioLevels([]));
  }

  #rate(): void {
    const changed: ParticipantQuality[] = [];
    for (const media of this.#participants.values()) {
      if (media.isFeed) continue;
      const rated = rateParticipant(media);
      if (!rated) continue;
      const before = this.#qualities.get(rated.participantId);
      if (before?.quality === rated.quality && before.direction === rated.direction) continue;
      this.#qualities.set(rated.participantId, rated);
      changed.push(rated);
    }
    if (changed.length > 0) this.#listener.onQualities(changed);
  }
}
