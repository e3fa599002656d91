import { botCapabilities } from '../../bench/support/botCapabilities.ts';
import type { BotSession } from '../../bench/support/BotSession.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { createId } from '../../server/core/ids.ts';
import type { MediaCascade } from '../../server/media/cascade/MediaCascade.ts';
import type { ConsumerDescription } from '../../server/media/MediaCommands.ts';

/** A participant who speaks to the media layer directly, with real RTP. */
export class CascadeBot implements BotSession {
  readonly key: { meetingId: string; participantId: string };
  cascade: MediaCascade;
  recvTransportId = '';
  consumers: ConsumerDescription[] = [];
  readonly #rtpCapabilities: RtpCapabilities;

  constructor(
    cascade: MediaCascade,
    meetingId: string,
    participantId: string,
    rtpCapabilities: RtpCapabilities,
  ) {
    this.cascade = cascade;
    this.key = { meetingId, participantId };
    this.#rtpCapabilities = botCapabilities(rtpCapabilities);
  }

  async createTransport(direction: 'send' | 'recv') {
    const request =
      direction === 'send'
        ? ({ direction } as const)
        : ({ direction, rtpCapabilities: this.#rtpCapabilities } as const);
    const options = await this.cascade.createTransport(this.key, request);
    if (direction === 'recv') this.recvTransportId = options.id;
    return options;
  }

  connectTransport(...args: Parameters<BotSession['connectTransport']>): Promise<void> {
    return this.cascade.connectTransport(this.key, ...args);
  }

  async produce(...[transportId, source, rtpParameters]: Parameters<BotSession['produce']>) {
    const video = source === 'camera' || source === 'screen';
    const { producerId } = await this.cascade.produce(this.key, {
      requestId: createId(),
      transportId,
      kind: video ? 'video' : 'audio',
      source,
      rtpParameters,
      paused: false,
      size: video ? { width: 1280, height: 720 } : null,
    });
    return producerId;
  }

  /** @throws Error when any is refused */
  async consume(transportId: string, producerIds: readonly string[]) {
    const { consumers, refused } = await this.cascade.consume(this.key, transportId, producerIds);
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
    this.consumers = consumers;
    return consumers.map(({ id, producerId, rtpParameters }) => ({
      id,
      producerId,
      ssrc: rtpParameters.encodings?.[0]?.ssrc ?? 0,
    }));
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await this.cascade.resumeConsumers(this.key, consumerIds);
  }
}
