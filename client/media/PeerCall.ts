import type { CallPath } from '../../protocol/calls.ts';
import type { IceServer } from '../../protocol/rtp.ts';
import { Emitter } from '../api/Emitter.ts';
import { onNetworkChange } from '../api/networkChange.ts';
import { pathOf, readFigures, type PeerFigures } from './peerFigures.ts';

/** ICE often comes back by itself from a moment's silence. */
const DISCONNECTED_PATIENCE_MS = 2_000;
/** What was looked for in vain is looked for anew: what was in the way may be gone. */
const RETRY_MS = 6_000;
/** An offer of one's own that is older and not answered may have been lost, with the way to the other end. */
const ANSWER_PATIENCE_MS = 2_000;

export interface PeerConfig {
  iceServers: readonly IceServer[];
  iceTransportPolicy: 'all' | 'relay';
}

type Kind = 'audio' | 'video';

interface PeerEvents {
  /** Something for the other end. */
  offer: [sdp: string];
  answer: [sdp: string];
  candidate: [candidate: RTCIceCandidateInit | null];
  /** What comes from the other end; null: nothing of that kind does. */
  track: [kind: Kind, track: MediaStreamTrack | null];
  /** Media can flow, by this path; again when it has become another one. */
  connected: [path: CallPath];
  /** It cannot at the moment, and another path is looked for. */
  interrupted: [];
}

/**
 * One end of a call of two, negotiated as the pattern of WebRTC's specification has it: either may offer at
 * any moment, and where both do the polite one gives way. What is on or off is said by directions.
 */
export class PeerCall extends Emitter<PeerEvents> {
  readonly #connection: RTCPeerConnection;
  readonly #polite: boolean;
  readonly #own: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  readonly #transceivers: Partial<Record<Kind, RTCRtpTransceiver>> = {};
  readonly #stops: (() => void)[] = [];
  #makingOffer = false;
  #ignoring = false;
  #offeredAt = 0;
  /** The other end's latest offer, and what it was answered: it may be made again. */
  #answered: { offer: string; answer: string } | null = null;
  /** The latest answer that was taken: it may come again, when another offer waits. */
  #taken: string | null = null;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the other end says is taken one after another. */
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param polite gives way when both offer at once: one of the two is
   * @param connect opens the browser's part
   */
  constructor(
    { iceServers, iceTransportPolicy }: PeerConfig,
    polite: boolean,
    connect = (configuration: RTCConfiguration) => new RTCPeerConnection(configuration),
  ) {
    super();
    this.#polite = polite;
    this.#connection = connect({
      iceServers: iceServers.map((server) => ({ ...server })),
      iceTransportPolicy,
      bundlePolicy: 'max-bundle',
    });
    this.#listen();
  }

  /** Makes the first offer: of the caller. */
  begin(): void {
    for (const kind of ['audio', 'video'] as const) {
      this.#transceivers[kind] = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
      this.#send(kind);
    }
  }

  /** Sends this track, or nothing of its kind. */
  setTrack(kind: Kind, track: MediaStreamTrack | null): void {
    if (this.#own[kind] === track) return;
    this.#own[kind] = track;
    this.#send(kind);
  }

  handleOffer(sdp: string): void {
    this.#enqueue(async () => {
      const connection = this.#connection;
      if (this.#answered?.offer === sdp) {
        this.emit('answer', this.#answered.answer);
        return;
      }
      const collides = this.#makingOffer || connection.signalingState !== 'stable';
      this.#ignoring = !this.#polite && collides;
      if (this.#ignoring) {
        // Else each would wait for ever: the other end for an answer to its own, which is not taken.
        if (Date.now() - this.#offeredAt > ANSWER_PATIENCE_MS) this.#offerAgain();
        return;
      }
      // One's own offer, if there is one, is taken back.
      await connection.setRemoteDescription({ type: 'offer', sdp });
      this.#adopt();
      await connection.setLocalDescription();
      const answer = connection.localDescription?.sdp ?? '';
      this.#answered = { offer: sdp, answer };
      this.emit('answer', answer);
    });
  }

  handleAnswer(sdp: string): void {
    this.#enqueue(async () => {
      if (this.#connection.signalingState !== 'have-local-offer' || sdp === this.#taken) return;
      await this.#connection.setRemoteDescription({ type: 'answer', sdp });
      this.#taken = sdp;
    });
  }

  handleCandidate(candidate: RTCIceCandidateInit | null): void {
    this.#enqueue(async () => {
      try {
        await this.#connection.addIceCandidate(candidate ?? undefined);
      } catch (error) {
        // Of an offer that was not taken.
        if (!this.#ignoring) throw error;
      }
    });
  }

  /** The way to the other end was lost for a while, and with it maybe an offer. */
  catchUp(): void {
    if (!this.#offerAgain()) this.restart();
  }

  /** Looks for another path. */
  restart(): void {
    if (!this.#closed && this.#connection.remoteDescription) this.#connection.restartIce();
  }

  figures(): Promise<PeerFigures> {
    return readFigures(this.#connection);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops.splice(0)) stop();
    this.#connection.close();
  }

  #listen(): void {
    const connection = this.#connection;
    connection.onnegotiationneeded = () => void this.#offer();
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) this.emit('candidate', candidate.toJSON());
    };
    connection.ontrack = ({ track }) => {
      const kind = track.kind === 'audio' ? 'audio' : 'video';
      const tell = (): void => this.emit('track', kind, track.muted ? null : track);
      track.onmute = tell;
      track.onunmute = tell;
      // Sound is played from its first packet; a picture is shown when there is one.
      if (kind === 'audio') this.emit('track', kind, track);
      else tell();
    };
    connection.onconnectionstatechange = () => void this.#handleState();
    connection.oniceconnectionstatechange = () => void this.#handleState();
    this.#stops.push(onNetworkChange(() => this.restart()));
  }

  async #offer(): Promise<void> {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      const { localDescription } = this.#connection;
      if (localDescription?.type !== 'offer') return;
      this.#offeredAt = Date.now();
      this.emit('offer', localDescription.sdp);
    } catch (error) {
      if (!this.#closed) reportError(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  /** Whether there is one that waits for an answer. */
  #offerAgain(): boolean {
    const { signalingState, localDescription } = this.#connection;
    if (signalingState !== 'have-local-offer' || !localDescription) return false;
    this.#offeredAt = Date.now();
    this.emit('offer', localDescription.sdp);
    return true;
  }

  /** Whoever answers sends on what the first offer has made. */
  #adopt(): void {
    for (const transceiver of this.#connection.getTransceivers()) {
      const kind = transceiver.receiver.track.kind === 'audio' ? 'audio' : 'video';
      if (this.#transceivers[kind]) continue;
      this.#transceivers[kind] = transceiver;
      this.#send(kind);
    }
  }

  #send(kind: Kind): void {
    const transceiver = this.#transceivers[kind];
    if (!transceiver || this.#closed) return;
    const track = this.#own[kind];
    transceiver.sender.replaceTrack(track).catch((error: unknown) => {
      if (!this.#closed) reportError(error);
    });
    const direction = track ? 'sendrecv' : 'recvonly';
    if (transceiver.direction !== direction) transceiver.direction = direction;
  }

  async #handleState(): Promise<void> {
    const { iceConnectionState, connectionState } = this.#connection;
    if (this.#closed) return;
    if (iceConnectionState === 'failed') {
      this.emit('interrupted');
      this.restart();
      this.#restartIn(RETRY_MS);
    } else if (iceConnectionState === 'disconnected') {
      this.emit('interrupted');
      this.#restartIn(DISCONNECTED_PATIENCE_MS);
    } else if (connectionState === 'connected') {
      clearTimeout(this.#timer);
      const path = await pathOf(this.#connection);
      if (!this.#isClosed()) this.emit('connected', path);
    }
  }

  /** A restart changes nothing while an offer waits: it is the offer, then, that may have been lost. */
  #retry(): void {
    if (Date.now() - this.#offeredAt < ANSWER_PATIENCE_MS || !this.#offerAgain()) this.restart();
  }

  /** … and again, until there is a path: a try that finds nothing need not change any state. */
  #restartIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#retry();
      this.#restartIn(RETRY_MS);
    }, delayMs);
  }

  /** Asked again after waiting, when it may have become true. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #enqueue(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act).catch((error: unknown) => {
      if (!this.#closed) reportError(error);
    });
  }
}
