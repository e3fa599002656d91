import type { types } from 'mediasoup-client';
import type { ProducerView, Source } from '../../protocol/meetings.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import { Emitter } from '../api/Emitter.ts';
import { createGate, type Gate } from './createGate.ts';
import { createDevice } from './device.ts';
import { judgeHealth, type MediaHealth } from './health.ts';
import { closeLine, closeTransport, MediaMove, type MediaLine } from './MediaMove.ts';
import { MediaTransport, type Request } from './MediaTransport.ts';
import { Reception } from './Reception.ts';
import type { RemoteTrack } from './Remote.ts';
import { Sending } from './Sending.ts';
import { collectStats, type MediaStats } from './stats.ts';
import { StallWatch } from './StallWatch.ts';
import { Succession } from './Succession.ts';
import type { Size } from './ViewReport.ts';

type MediaSessionEvents = {
  'track-added': [RemoteTrack];
  'track-removed': [producerId: string];
  /** The server has a producer of this source now, as `paused` as it was asked for when that began. */
  published: [source: Source];
  health: [health: MediaHealth];
  /** Nothing flows, and the server was asked for a new path and has not answered. */
  unanswered: [];
  /** Nothing has come for a moment, although something should have. */
  suspicious: [];
};

/** What is sent is set up once something is received, or this late: side by side the first picture takes longer. */
const RECEIVE_FIRST_MS = 500;

/**
 * The media of one meeting: sends what is published, receives what the others publish, and builds
 * both anew when the server says that everything is gone, or when no path can be found.
 */
export class MediaSession extends Emitter<MediaSessionEvents> {
  readonly #request: Request;
  readonly #meetingId: string;
  readonly #device = createDevice();
  readonly #sending: Sending;
  readonly #succession: Succession;
  readonly #stallWatch: StallWatch;
  #reception: Reception;
  /** Builds everything anew beside what there is. */
  #move: MediaMove | null = null;
  #views: ReadonlyMap<string, Size> = new Map();
  #config: WebrtcConfig | null = null;
  #send: Promise<MediaTransport> | null = null;
  #recv: Promise<MediaTransport> | null = null;
  /** Open when one's own may be sent, too. */
  #receiving: Gate | null = null;
  /** Another one with everything that is built: what was begun for one before does not count. */
  #era: object = {};
  /** Rebuilds since something flowed last. */
  #rebuilds = 0;
  #closed = false;

  constructor(meetingId: string, request: Request) {
    super();
    this.#meetingId = meetingId;
    this.#request = request;
    this.#sending = new Sending({
      device: this.#device,
      closeOnServer: (producerId) => request('close-producer', { meetingId, producerId }),
      onPublished: (source) => this.emit('published', source),
    });
    this.#succession = new Succession({
      onTrackAdded: (track) => this.emit('track-added', track),
      onTrackRemoved: (producerId) => this.emit('track-removed', producerId),
    });
    this.#reception = this.#createReception();
    this.#stallWatch = new StallWatch({
      transports: () => this.#transports(),
      onSuspicion: () => this.emit('suspicious'),
    });
  }

  /** Begins to receive `producerIds` and to send what is published: settles with the server asked for the first. */
  async start(config: WebrtcConfig, producerIds: readonly string[]): Promise<void> {
    this.#config = config;
    this.#reception.receive(new Set(producerIds));
    if (!this.#device.loaded) {
      await this.#device.load({
        routerRtpCapabilities: config.routerRtpCapabilities as types.RtpCapabilities,
      });
    }
    if (this.#closed) return;
    this.#build();
  }

  /** Everything on the server is gone: new transports, the same tracks, the same views. */
  reset(config: WebrtcConfig): void {
    this.#config = config;
    this.#reception.forgetWanted();
    this.#rebuild();
  }

  /** @param replaces producer that it stands for: that is played until this one flows */
  add(producerId: string, replaces?: string): void {
    if (replaces !== undefined) this.#succession.link(producerId, replaces);
    for (const reception of this.#receptions) reception.add(producerId);
    this.setViews(this.#views);
  }

  /** Receives exactly these from now on. */
  receive(producerIds: ReadonlySet<string>): void {
    for (const reception of this.#receptions) reception.receive(producerIds);
  }

  remove(producerId: string): void {
    for (const reception of this.#receptions) reception.remove(producerId);
    this.#succession.forget(producerId);
  }

  /** The server has closed consumers that were not resumed in time: asks for them again. */
  handleConsumersClosed(consumerIds: readonly string[]): void {
    for (const reception of this.#receptions) reception.handleConsumersClosed(consumerIds);
  }

  /** The server wants everything to come and go by another part of it: nobody is to notice. */
  async move(moveId: number, config: WebrtcConfig): Promise<void> {
    // One that was begun before has ended at the server.
    this.#abandonMove();
    if (!this.#send || this.#closed) return;
    const move = (this.#move = this.#beginMove(moveId, config));
    this.setViews(this.#views);
    const finish = (moved: boolean) =>
      this.#request('finish-move', { meetingId: this.#meetingId, moveId, moved });
    let before: MediaLine | null = null;
    try {
      await move.build();
      before = this.#line();
      if (!before) return;
      // Before the server closes what was there: that it ends means nothing any more.
      this.#use(move.line);
      this.#sending.setBeside(before.producers);
      await finish(true);
      if (this.#move === move) {
        this.#config = config;
        this.#endMove();
        this.#sending.sendMissing();
      }
      closeLine(before);
    } catch {
      if (this.#move === move) {
        if (before) {
          before.reception.receive(this.#reception.wanted);
          this.#use(before);
        }
        this.#endMove();
        closeLine(move.line);
        finish(false).catch(() => undefined);
      } else if (before) closeLine(before);
    }
    void this.#tellHealth();
  }

  /**
   * Sends a track, in place of what the source sent before.
   * @throws RequestError when the server refuses
   */
  publish(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    return this.#sending.publish(source, track, paused);
  }

  unpublish(source: Source): Promise<void> {
    return this.#sending.unpublish(source);
  }

  isPublished(source: Source): boolean {
    return this.#sending.find(source) !== undefined;
  }

  /** Whether the server has it, too. */
  isSending(source: Source): boolean {
    return Boolean(this.#sending.find(source)?.producer);
  }

  /** Another device for the same source; the others notice nothing. */
  replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    return this.#sending.replaceTrack(source, track);
  }

  /** Stops or lets go on the packets of a source; the server is told by whoever asks. */
  setPaused(source: Source, paused: boolean): void {
    this.#sending.setPaused(source, paused);
  }

  /** Stops encoding the layers that nobody receives; −1: all of them. */
  limitLayers(producerId: string, maxSpatialLayer: number): Promise<void> {
    return this.#sending.limitLayers(producerId, maxSpatialLayer);
  }

  /** What of the others' video is seen, in physical pixels; those left out are not seen. */
  setViews(views: ReadonlyMap<string, Size>): void {
    this.#views = views;
    const all = this.#succession.spread(views);
    for (const reception of this.#receptions) reception.setViews(all);
  }

  /** The network may be another one: finds out soon whether anything still flows. */
  expectChange(): void {
    this.#stallWatch.expectChange();
  }

  /** Looks for a new path at once, without asking whether that is due. */
  async repairNow(): Promise<void> {
    const { send, recv } = await this.#transports();
    send?.repairNow();
    recv?.repairNow();
  }

  /**
   * Signaling is back: puts right what went wrong while nobody could be asked.
   * @param own what the server has of one's own producers
   */
  async recover(own: readonly ProducerView[]): Promise<void> {
    const era = this.#era;
    if (this.#sending.isForgotten(own)) {
      this.#buildAnew();
      return;
    }
    // While they move, the server has two of each.
    if (!this.#move) this.#sending.closeOrphans(own);
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    if (era !== this.#era || this.#closed) return;
    if (transports.some(({ status }) => status === 'rejected')) {
      this.#buildAnew();
      return;
    }
    for (const transport of transports) {
      if (transport.status === 'fulfilled') void transport.value?.repair();
    }
    await this.#reception.recover();
  }

  stats(): Promise<MediaStats> {
    return collectStats({
      send: this.#send,
      recv: this.#recv,
      publications: this.#sending.publications,
      remotes: this.#reception.remotes,
    });
  }

  close(): void {
    this.#closed = true;
    this.#stallWatch.close();
    this.#tearDown();
    this.#reception.close();
  }

  /** No path was found, or the server does not know what is sent: tells that it begins anew. */
  #buildAnew(): void {
    this.#rebuilds += 1;
    this.emit('health', { is: 'lost', step: 'rebuild', attempt: this.#rebuilds });
    this.#rebuild();
  }

  #rebuild(): void {
    if (this.#closed) return;
    this.#tearDown();
    this.#build();
  }

  #build(): void {
    const config = this.#config;
    if (!config) throw new Error('not started');
    const receiving = (this.#receiving = createGate(RECEIVE_FIRST_MS));
    const era = this.#era;
    this.#recv = this.#createTransport('recv', config, era);
    this.#send = receiving.opened.then(() => {
      if (era !== this.#era) throw new Error('built anew meanwhile');
      return this.#createTransport('send', config, era);
    });
    void this.#reception.begin(this.#recv).finally(() => {
      if (this.#reception.remotes.length === 0) receiving.open();
    });
    this.#sending.begin(this.#send, config.publish);
  }

  #tearDown(): void {
    this.#era = {};
    this.#abandonMove();
    for (const transport of [this.#send, this.#recv]) if (transport) closeTransport(transport);
    this.#send = null;
    this.#recv = null;
    this.#sending.stop();
    this.#reception.stop();
  }

  #createTransport(
    direction: 'send' | 'recv',
    config: WebrtcConfig,
    era: object,
    moveId?: number,
  ): Promise<MediaTransport> {
    // What was built beside it, or before, does not count.
    const isUsed = (): boolean => era === this.#era;
    const deps = {
      ...{ device: this.#device, request: this.#request, meetingId: this.#meetingId, config },
      onBroken: () => {
        if (isUsed()) this.#buildAnew();
      },
      onState: (state: types.ConnectionState) => {
        if (!isUsed()) return;
        if (direction === 'recv' && state === 'connected') this.#receiving?.open();
        if (state === 'connected') this.#rebuilds = 0;
        void this.#tellHealth();
      },
      onUnanswered: () => {
        if (isUsed()) this.emit('unanswered');
      },
    };
    const creating = MediaTransport.create(direction, deps, moveId);
    // Whoever needs it hears of a failure; a meeting that loses its worker says so by itself.
    void creating.catch(() => undefined).then(() => this.#tellHealth());
    return creating;
  }

  /** By which one sends and receives now; null while nothing is built. */
  #line(): MediaLine | null {
    if (!this.#send || !this.#recv) return null;
    const { producers } = this.#sending;
    const [reception, era] = [this.#reception, this.#era];
    return { send: this.#send, recv: this.#recv, reception, producers, era };
  }

  get #receptions(): Reception[] {
    const other = this.#move?.line.reception;
    return other && other !== this.#reception ? [this.#reception, other] : [this.#reception];
  }

  #createReception(): Reception {
    return new Reception({
      meetingId: this.#meetingId,
      ...{ request: this.#request, succession: this.#succession },
    });
  }

  #beginMove(moveId: number, config: WebrtcConfig): MediaMove {
    const reception = this.#createReception();
    reception.receive(this.#reception.wanted);
    const era = {};
    const recv = this.#createTransport('recv', config, era, moveId);
    const send = this.#createTransport('send', config, era, moveId);
    const producers: MediaLine['producers'] = new Map();
    this.#sending.setBeside(producers);
    return new MediaMove({
      line: { send, recv, reception, producers, era },
      publications: () => this.#sending.publications,
      produce: (transport, publication) =>
        this.#sending.sendBeside(transport, publication, config.publish),
      untilUnseen: () => this.#sending.untilUnseen(),
      discard: (producer) => this.#sending.discard(producer),
    });
  }

  /** Sends and receives by these from now on; the others stay as they are. */
  #use({ send, recv, reception, producers, era }: MediaLine): void {
    this.#era = era;
    [this.#send, this.#recv, this.#reception] = [send, recv, reception];
    this.#sending.use(send, producers);
  }

  #endMove(): void {
    this.#move = null;
    this.#sending.setBeside(new Map());
  }

  #abandonMove(): void {
    const move = this.#move;
    this.#endMove();
    move?.fail('given up');
    if (move && move.line.send !== this.#send) closeLine(move.line);
  }

  /** Without anything to send or receive no transport connects. */
  get #hasAnything(): boolean {
    return this.#sending.publications.length > 0 || this.#reception.wantsAnything;
  }

  /** Those that there are: none that could not be made. */
  async #transports(): Promise<{ send: MediaTransport | null; recv: MediaTransport | null }> {
    const made = [this.#send, this.#recv].map(async (transport) => transport?.catch(() => null));
    const [send = null, recv = null] = await Promise.all(made);
    return { send, recv };
  }

  async #tellHealth(): Promise<void> {
    const era = this.#era;
    const transports = await Promise.allSettled([this.#send, this.#recv]);
    if (this.#closed || era !== this.#era) return;
    const made = transports.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'));
    this.emit('health', judgeHealth(made, this.#rebuilds, this.#hasAnything));
  }
}
