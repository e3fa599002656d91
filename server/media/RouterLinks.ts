import type { types } from 'mediasoup';
import { AppError } from '../core/AppError.ts';
import type { RtpParameters } from '../../protocol/rtp.ts';
import { mapMediasoupErrors } from './mediasoupErrors.ts';
import type { LinkEnd, LinkInventory, PipedProducer, RouterRef } from './MediaExecutor.ts';
import { allLayersPps, AUDIO_PPS } from './packetRates.ts';
import { ProducerEntry } from './ProducerEntry.ts';

export interface PipeOptions {
  /** Where links from other hosts come in. */
  listen: { ip: string; announcedAddress?: string };
  /** Apart from the ports of the workers; without: any free one. */
  portRange?: { min: number; max: number };
}

/** What links need of their router. */
export interface LinkAccess {
  readonly router: types.Router;
  findProducer(producerId: string): ProducerEntry | undefined;
  addPiped(entry: ProducerEntry): void;
  addLoad(packetsPerSecond: number): void;
  onLayersWanted(participantId: string, producerId: string, maxSpatialLayer: number): void;
}

const LOOPBACK = '127.0.0.1';
/**
 * A request for one layer's key frame at the far end asks for all layers at home, and libwebrtc drops
 * requests within 300 ms of the one before: what every far client asks becomes one request.
 */
const PIPED_KEY_FRAME_INTERVAL_MS = 320;

interface Link {
  readonly transport: types.PipeTransport;
  readonly peer: RouterRef;
  readonly outgoing: Map<string, types.Consumer>;
  readonly incoming: Map<string, ProducerEntry>;
  connected: boolean;
}

/** This router's ends of the links to others, and the producers that cross them. Closes with its router. */
export class RouterLinks {
  readonly #access: LinkAccess;
  readonly #options: PipeOptions;
  readonly #links = new Map<string, Link>();

  constructor(access: LinkAccess, options: PipeOptions) {
    this.#access = access;
    this.#options = options;
  }

  async open(linkId: string, peer: RouterRef, secure: boolean): Promise<LinkEnd> {
    const { listen, portRange } = this.#options;
    const transport = await mapMediasoupErrors(() =>
      this.#access.router.createPipeTransport({
        listenInfo: {
          protocol: 'udp',
          ...(secure ? listen : { ip: LOOPBACK }),
          ...(portRange && { portRange }),
        },
        enableRtx: secure,
        enableSrtp: secure,
      }),
    );
    this.close(linkId);
    const link: Link = {
      transport,
      peer,
      outgoing: new Map(),
      incoming: new Map(),
      connected: false,
    };
    this.#links.set(linkId, link);
    transport.observer.once('close', () => {
      if (this.#links.get(linkId) === link) this.#links.delete(linkId);
    });
    const { localAddress, localPort } = transport.tuple;
    return {
      ip: (secure ? listen.announcedAddress : undefined) ?? localAddress,
      port: localPort,
      ...(transport.srtpParameters && { srtpParameters: { ...transport.srtpParameters } }),
    };
  }

  async connect(linkId: string, { ip, port, srtpParameters }: LinkEnd): Promise<void> {
    const link = this.#link(linkId);
    if (link.connected) return;
    await mapMediasoupErrors(() =>
      link.transport.connect({
        ip,
        port,
        ...(srtpParameters && { srtpParameters: srtpParameters as types.SrtpParameters }),
      }),
    );
    link.connected = true;
  }

  close(linkId: string): void {
    this.#links.get(linkId)?.transport.close();
  }

  /** What cannot be piped is left out: it is gone, or goes while it is looked at. */
  async pipeOut(linkId: string, producerIds: readonly string[]): Promise<PipedProducer[]> {
    const link = this.#link(linkId);
    const piped = await Promise.all(
      producerIds.map((producerId) => this.#pipeOut(link, producerId).catch(() => null)),
    );
    return piped.filter((one) => one !== null);
  }

  /** Answers those that stand here now. */
  async pipeIn(linkId: string, producers: readonly PipedProducer[]): Promise<string[]> {
    const link = this.#link(linkId);
    const ids = await Promise.all(
      producers.map((one) =>
        this.#pipeIn(link, one).then(
          () => one.producerId,
          () => null,
        ),
      ),
    );
    return ids.filter((id) => id !== null);
  }

  unpipe(linkId: string, producerIds: readonly string[]): void {
    const link = this.#links.get(linkId);
    for (const producerId of producerIds) {
      link?.outgoing.get(producerId)?.close();
      link?.incoming.get(producerId)?.producer.close();
    }
  }

  async setPaused(producerId: string, paused: boolean): Promise<void> {
    for (const { incoming } of this.#links.values()) {
      const producer = incoming.get(producerId)?.producer;
      if (!producer) continue;
      await mapMediasoupErrors(() => (paused ? producer.pause() : producer.resume()));
    }
  }

  describe(): LinkInventory[] {
    return [...this.#links].map(([linkId, { peer, connected, outgoing, incoming }]) => ({
      linkId,
      peer,
      connected,
      outgoing: [...outgoing.keys()],
      incoming: [...incoming.values()].map(({ producer, maxSpatialLayer }) => ({
        producerId: producer.id,
        paused: producer.paused,
        maxSpatialLayer,
      })),
    }));
  }

  async #pipeOut(link: Link, producerId: string): Promise<PipedProducer | null> {
    const entry = this.#access.findProducer(producerId);
    if (!entry) return null;
    const consumer =
      link.outgoing.get(producerId) ?? (await link.transport.consume({ producerId }));
    if (!link.outgoing.has(producerId)) {
      const load = entry.layers ? allLayersPps(entry.layers) : AUDIO_PPS;
      this.#access.addLoad(load);
      link.outgoing.set(producerId, consumer);
      consumer.observer.once('close', () => {
        link.outgoing.delete(producerId);
        this.#access.addLoad(-load);
      });
    }
    return {
      producerId,
      participantId: entry.participantId,
      kind: entry.producer.kind,
      source: entry.source,
      paused: entry.producer.paused,
      layers: entry.layers,
      rtpParameters: consumer.rtpParameters as RtpParameters,
    };
  }

  async #pipeIn(link: Link, piped: PipedProducer): Promise<void> {
    const { producerId, participantId, source, layers } = piped;
    if (link.incoming.has(producerId)) return;
    const producer = await link.transport.produce({
      id: producerId,
      kind: piped.kind,
      rtpParameters: piped.rtpParameters as types.RtpParameters,
      paused: piped.paused,
      keyFrameRequestDelay: PIPED_KEY_FRAME_INTERVAL_MS,
      appData: { participantId, source },
    });
    const entry = new ProducerEntry(
      producer,
      { participantId, source, layers, requestId: null },
      (layer) => this.#access.onLayersWanted(participantId, producerId, layer),
      'piped',
    );
    link.incoming.set(producerId, entry);
    producer.observer.once('close', () => link.incoming.delete(producerId));
    this.#access.addPiped(entry);
  }

  #link(linkId: string): Link {
    const link = this.#links.get(linkId);
    if (!link) throw new AppError('INVALID_STATE', { message: 'This link is closed.' });
    return link;
  }
}
