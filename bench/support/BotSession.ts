import type { Source } from '../../protocol/meetings.ts';
import type { DtlsParameters, RtpParameters, TransportOptions } from '../../protocol/rtp.ts';

/** What a bot asks of a server, be it Parley or bare mediasoup. */
export interface BotSession {
  createTransport(direction: 'send' | 'recv'): Promise<TransportOptions>;
  connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void>;
  produce(transportId: string, source: Source, rtpParameters: RtpParameters): Promise<string>;
  /** Creates consumers, paused. */
  consume(transportId: string, producerIds: readonly string[]): Promise<BotConsumer[]>;
  resume(consumerIds: readonly string[]): Promise<void>;
}

export interface BotConsumer {
  id: string;
  producerId: string;
  ssrc: number;
}
