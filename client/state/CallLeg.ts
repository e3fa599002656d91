import type { CallPath } from '../../protocol/calls.ts';
import type { AnyNotification, SignalingClient } from '../api/SignalingClient.ts';
import type { PeerConfig } from '../media/PeerCall.ts';
import { reportMinutes } from './callQuality.ts';
import type { Devices } from './devices.ts';
import type { OpenPeer, openPeer } from './openPeer.ts';

/** By then the two have reached each other, or they meet on the server; the callee leaves the caller time to ask. */
const PATH_PATIENCE_MS = { outgoing: 5_000, incoming: 7_000 };
/** A path that was lost is looked for three times by then. Also between one try to meet on the server and the next. */
const LOST_PATIENCE_MS = 20_000;

/** What the other end says, by way of the server. */
export type Relayed = Extract<
  AnyNotification,
  { name: 'call:offer' | 'call:answer' | 'ice:candidate' }
>;

export interface LegDeps {
  signaling: Pick<SignalingClient, 'request'>;
  devices: Devices;
  open: typeof openPeer;
}

interface LegOptions {
  callId: string;
  config: PeerConfig;
  /** The outgoing end makes the first offer, and the incoming one gives way. */
  direction: 'outgoing' | 'incoming';
  /** Also when it has become another path. */
  onConnected: () => void;
  onInterrupted: () => void;
  /** There should have been a path by now. Called again and again until there is one. */
  onLate: () => void;
  onVideo: (track: MediaStreamTrack | null) => void;
  onSoundBlocked: (blocked: boolean) => void;
}

/** What flows between the two of a call, from the answer on. */
export class CallLeg {
  readonly #callId: string;
  readonly #signaling: LegDeps['signaling'];
  readonly #open: OpenPeer;
  readonly #onLate: () => void;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #report: { close(): void } | null = null;

  constructor({ open, signaling, devices }: LegDeps, options: LegOptions) {
    const { callId, config, direction, onVideo, onSoundBlocked } = options;
    this.#callId = callId;
    this.#signaling = signaling;
    this.#onLate = options.onLate;
    this.#open = open({
      ...{ callId, config, signaling, devices, onVideo, onSoundBlocked },
      polite: direction === 'incoming',
    });
    const { peer } = this.#open;
    // Where everything goes by a relay that is out of reach, the server is, too.
    const hasOtherWay = config.iceTransportPolicy !== 'relay';
    peer.on('connected', (path) => {
      this.#stopWaiting();
      this.#tell(path);
      options.onConnected();
    });
    peer.on('interrupted', () => {
      options.onInterrupted();
      if (hasOtherWay && this.#patience === undefined) this.#wait(LOST_PATIENCE_MS);
    });
    this.#wait(PATH_PATIENCE_MS[direction]);
    if (direction === 'outgoing') peer.begin();
  }

  relay({ name, payload }: Relayed): void {
    const { peer } = this.#open;
    if (name === 'call:offer') peer.handleOffer(payload.offer.sdp);
    if (name === 'call:answer') peer.handleAnswer(payload.answer.sdp);
    if (name === 'ice:candidate') peer.handleCandidate(payload.candidate);
  }

  /** The way to the server was lost for a while. */
  catchUp(): void {
    this.#open.peer.catchUp();
  }

  unblockSound(): Promise<void> {
    return this.#open.audio.unblock();
  }

  /** The other one is heard elsewhere; here nothing ends for them. */
  silence(): void {
    this.#open.audio.close();
  }

  close(): void {
    this.#stopWaiting();
    this.#report?.close();
    this.#open.close();
  }

  #wait(ms: number): void {
    this.#patience = setTimeout(() => {
      this.#wait(LOST_PATIENCE_MS);
      this.#onLate();
    }, ms);
  }

  #stopWaiting(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #tell(path: CallPath): void {
    const callId = this.#callId;
    const send = (sent: Promise<unknown>): void => void sent.catch(() => undefined);
    send(this.#signaling.request('call:connected', { callId, path }));
    this.#report ??= reportMinutes(
      () => this.#open.peer.figures(),
      (minute) => send(this.#signaling.request('call:quality', { in: { callId }, minute })),
    );
  }
}
