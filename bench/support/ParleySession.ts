import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Ack } from '../../protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../protocol/events.ts';
import type { Source } from '../../protocol/meetings.ts';
import type { MeetingSnapshot } from '../../protocol/notifications.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../protocol/requests.ts';
import type { DtlsParameters, RtpParameters, TransportOptions } from '../../protocol/rtp.ts';
import { botCapabilities } from './botCapabilities.ts';
import type { BotConsumer, BotSession } from './BotSession.ts';

const TIMEOUT_MS = 30_000;

/** A bot in a meeting of Parley, over Socket.IO as every client. */
export class ParleySession implements BotSession {
  readonly socket: Socket;
  readonly meetingId: string;
  snapshot: MeetingSnapshot | null = null;

  static async connect(url: string, token: string, meetingId: string): Promise<ParleySession> {
    const socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token, protocol: PROTOCOL_VERSION },
    });
    const session = new ParleySession(socket, meetingId);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return session;
  }

  private constructor(socket: Socket, meetingId: string) {
    this.socket = socket;
    this.meetingId = meetingId;
    socket.on('meeting-joined', (snapshot: MeetingSnapshot) => {
      this.snapshot = snapshot;
    });
  }

  /** Producers of the others, as of joining. */
  get producerIds(): string[] {
    const { participants = [], participantId } = this.snapshot ?? {};
    return participants
      .filter(({ id }) => id !== participantId)
      .flatMap(({ producers }) => producers.map(({ id }) => id));
  }

  async join(): Promise<void> {
    await this.request('join-meeting', { meetingId: this.meetingId });
  }

  async leave(): Promise<void> {
    await this.request('leave-meeting', { meetingId: this.meetingId });
    this.socket.disconnect();
  }

  createTransport(direction: 'send' | 'recv'): Promise<TransportOptions> {
    const { meetingId } = this;
    if (direction === 'send') return this.request('create-transport', { meetingId, direction });
    const capabilities = this.snapshot?.webrtcConfig.routerRtpCapabilities;
    if (!capabilities) throw new Error('not joined');
    return this.request('create-transport', {
      meetingId,
      direction,
      rtpCapabilities: botCapabilities(capabilities),
    });
  }

  async connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const { meetingId } = this;
    await this.request('connect-transport', { meetingId, transportId, dtlsParameters });
  }

  async produce(
    transportId: string,
    source: Source,
    rtpParameters: RtpParameters,
  ): Promise<string> {
    const { producerId } = await this.request('produce', {
      meetingId: this.meetingId,
      transportId,
      requestId: randomUUID(),
      kind: 'video',
      source,
      rtpParameters,
      paused: false,
      width: 640,
      height: 360,
    });
    return producerId;
  }

  async consume(transportId: string, producerIds: readonly string[]): Promise<BotConsumer[]> {
    const { meetingId } = this;
    const { consumers } = await this.request('consume', {
      meetingId,
      transportId,
      producerIds: [...producerIds],
    });
    return consumers.map(({ id, producerId, rtpParameters }) => ({
      id,
      producerId,
      ssrc: rtpParameters.encodings?.[0]?.ssrc ?? 0,
    }));
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    const { meetingId } = this;
    await this.request('resume-consumers', { meetingId, consumerIds: [...consumerIds] });
  }

  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
  ): Promise<RequestOutput<N>> {
    const ack = (await this.socket.timeout(TIMEOUT_MS).emitWithAck(name, payload)) as Ack<
      RequestOutput<N>
    >;
    if (!ack.ok) throw new Error(`${name}: ${ack.error.code} ${ack.error.message}`);
    return ack.data;
  }
}
