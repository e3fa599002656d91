import type { types } from 'mediasoup-client';
import { isUnanswered } from '../api/RequestError.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../protocol/requests.ts';

/** Asks the server; see SignalingClient.request. */
export type Request = <N extends RequestName>(
  name: N,
  payload: RequestInput<N>,
) => Promise<RequestOutput<N>>;

export interface TransportDeps {
  device: types.Device;
  request: Request;
  meetingId: string;
  config: WebrtcConfig;
  /** The path is lost, and an ICE restart has not found another within `REPAIR_TIMEOUT_MS`. */
  onBroken: () => void;
  onState: (state: types.ConnectionState) => void;
}

/** How long an ICE restart may take before everything is built anew. */
const REPAIR_TIMEOUT_MS = 5_000;

/** One direction of media: its mediasoup transport, and the first rungs of the way back. */
export class MediaTransport {
  readonly transport: types.Transport;
  readonly #deps: TransportDeps;
  #lost = false;
  #repairTimer: ReturnType<typeof setTimeout> | undefined;
  #restarting: Promise<void> | null = null;

  static async create(direction: 'send' | 'recv', deps: TransportDeps): Promise<MediaTransport> {
    const { device, request, meetingId, config } = deps;
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilities;
    const options = await request(
      'create-transport',
      direction === 'send' ? { meetingId, direction } : { meetingId, direction, rtpCapabilities },
    );
    const settings = {
      ...options,
      iceServers: config.iceServers,
      iceTransportPolicy: config.iceTransportPolicy,
      // Candidates are gathered while the server is asked what to connect: some 30 ms sooner a picture.
      additionalSettings: { iceCandidatePoolSize: 1 },
    } as types.TransportOptions;
    const transport =
      direction === 'send'
        ? device.createSendTransport(settings)
        : device.createRecvTransport(settings);
    return new MediaTransport(transport, deps);
  }

  private constructor(transport: types.Transport, deps: TransportDeps) {
    this.transport = transport;
    this.#deps = deps;
    const { request, meetingId } = deps;
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      request('connect-transport', {
        meetingId,
        transportId: transport.id,
        dtlsParameters: dtlsParameters,
      }).then(() => done(), fail);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      request('produce', {
        meetingId,
        transportId: transport.id,
        kind,
        rtpParameters: rtpParameters as RequestInput<'produce'>['rtpParameters'],
        ...(appData as Pick<RequestInput<'produce'>, 'source' | 'paused' | 'requestId'>),
      }).then(({ producerId }) => done({ id: producerId }), fail);
    });
    transport.on('connectionstatechange', (state) => this.#watch(state));
  }

  get healthy(): boolean {
    return !this.transport.closed && !this.#lost;
  }

  /** Finds a new path for the same transport. */
  restartIce(): Promise<void> {
    this.#restarting ??= this.#restartIce().finally(() => {
      this.#restarting = null;
    });
    return this.#restarting;
  }

  /**
   * Looks for a new path where the one before is lost. Without signaling nobody can be asked: the
   * old path may come back by itself meanwhile, and this is to be called again when signaling does.
   */
  async repair(): Promise<void> {
    if (!this.#lost || this.#repairTimer || this.transport.closed) return;
    this.#repairTimer = setTimeout(() => this.#giveUp(), REPAIR_TIMEOUT_MS);
    try {
      await this.restartIce();
    } catch (error) {
      this.#stopWaiting();
      if (!isUnanswered(error)) this.#giveUp();
    }
  }

  close(): void {
    this.#stopWaiting();
    this.transport.close();
  }

  #watch(state: types.ConnectionState): void {
    if (state === 'connected' || state === 'closed') {
      this.#lost = false;
      this.#stopWaiting();
    } else if (state === 'disconnected' || state === 'failed') {
      this.#lost = true;
      void this.repair();
    }
    this.#deps.onState(state);
  }

  #giveUp(): void {
    this.#stopWaiting();
    if (!this.transport.closed) this.#deps.onBroken();
  }

  #stopWaiting(): void {
    clearTimeout(this.#repairTimer);
    this.#repairTimer = undefined;
  }

  async #restartIce(): Promise<void> {
    const { request, meetingId } = this.#deps;
    const transportId = this.transport.id;
    const { iceParameters } = await request('restart-ice', { meetingId, transportId });
    if (!this.transport.closed) await this.transport.restartIce({ iceParameters });
  }
}
