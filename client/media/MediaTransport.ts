import type { types } from 'mediasoup-client';
import { isUnanswered, toRequestError } from '../api/RequestError.ts';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../protocol/requests.ts';

/** Asks the server; see SignalingClient.request. */
export type Request = <N extends RequestName>(
  name: N,
  payload: RequestInput<N>,
  options?: { patienceMs?: number },
) => Promise<RequestOutput<N>>;

export interface TransportDeps {
  device: types.Device;
  request: Request;
  meetingId: string;
  config: WebrtcConfig;
  /** The path is lost, and an ICE restart has not found another within `REPAIR_TIMEOUT_MS`. */
  onBroken: () => void;
  /** Its connection's state, or whether its path is lost, has changed. */
  onState: (state: types.ConnectionState) => void;
  /** The path is lost, and the server has not answered within `RESTART_PATIENCE_MS`. */
  onUnanswered: () => void;
}

/** How long an ICE restart may take before everything is built anew. */
const REPAIR_TIMEOUT_MS = 5_000;
/** A server that is there answers at once; one that does not is not there either. */
const RESTART_PATIENCE_MS = 1_000;

/** One direction of media: its mediasoup transport, and the first rungs of the way back. */
export class MediaTransport {
  readonly transport: types.Transport;
  readonly #deps: TransportDeps;
  #lost = false;
  /** ICE restarts since the path was lost. */
  #restarts = 0;
  #repairTimer: ReturnType<typeof setTimeout> | undefined;
  #restarting: Promise<void> | null = null;

  /** @param moveId of the move that it is for; without, it takes the place of the one before */
  static async create(
    direction: 'send' | 'recv',
    deps: TransportDeps,
    moveId?: number,
  ): Promise<MediaTransport> {
    const { device, request, meetingId, config } = deps;
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilities;
    const options = await request('create-transport', {
      ...{ meetingId, ...(moveId !== undefined && { moveId }) },
      ...(direction === 'send' ? { direction } : { direction, rtpCapabilities }),
    });
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
        ...(appData as Pick<
          RequestInput<'produce'>,
          'source' | 'paused' | 'requestId' | 'replaces'
        >),
      }).then(({ producerId }) => done({ id: producerId }), fail);
    });
    transport.on('connectionstatechange', (state) => this.#watch(state));
  }

  get healthy(): boolean {
    return !this.transport.closed && !this.#lost;
  }

  /** How often a new path was looked for since the one before was lost. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Looks for a new path where the one before is lost. Without signaling nobody can be asked: the
   * old path may come back by itself meanwhile, and this is to be called again when signaling does.
   */
  async repair(): Promise<void> {
    if (!this.#lost || this.#repairTimer || this.transport.closed) return;
    this.#repairTimer = setTimeout(() => this.#giveUp(), REPAIR_TIMEOUT_MS);
    try {
      this.#restarting ??= this.#restartIce().finally(() => (this.#restarting = null));
      await this.#restarting;
    } catch (error) {
      this.#stopWaiting();
      if (!isUnanswered(error)) this.#giveUp();
      else if (toRequestError(error).code === 'TIMEOUT') this.#deps.onUnanswered();
    }
  }

  /** Looks for a new path at once, whatever is known of the present one. */
  repairNow(): void {
    // Nothing was sent or received through it yet.
    if (this.transport.connectionState === 'new') return;
    this.#stopWaiting();
    this.#lose();
  }

  /** Nothing arrives although it should: the path is dead, whatever ICE says. */
  handleStall(): void {
    if (!this.#lost) this.#lose();
    else void this.repair();
  }

  /** Something arrives. */
  handleFlow(): void {
    if (!this.#lost || this.transport.connectionState !== 'connected') return;
    this.#find();
    this.#deps.onState('connected');
  }

  close(): void {
    this.#stopWaiting();
    this.transport.close();
  }

  #watch(state: types.ConnectionState): void {
    if (state === 'connected' || state === 'closed') this.#find();
    else if (state === 'disconnected' || state === 'failed') this.#lose();
    this.#deps.onState(state);
  }

  #lose(): void {
    this.#lost = true;
    void this.repair();
  }

  #find(): void {
    this.#lost = false;
    this.#restarts = 0;
    this.#stopWaiting();
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
    this.#restarts += 1;
    this.#deps.onState(this.transport.connectionState);
    const { iceParameters } = await request(
      'restart-ice',
      { meetingId, transportId },
      { patienceMs: RESTART_PATIENCE_MS },
    );
    if (!this.transport.closed) await this.transport.restartIce({ iceParameters });
  }
}
