import { signal } from '@preact/signals';
import type { CallType, CallView } from '../../protocol/calls.ts';
import type { NotificationPayload } from '../../protocol/notifications.ts';
import { isUnanswered, toRequestError } from '../api/RequestError.ts';
import type { AnyNotification, SignalingClient } from '../api/SignalingClient.ts';
import type { PeerConfig } from '../media/PeerCall.ts';
import type { CallDevice } from './callDevice.ts';
import { endOf } from './callEnd.ts';
import { CallLeg, type Relayed } from './CallLeg.ts';
import type { Callable, CallEnd, CallPhase, CurrentCall } from './callsModels.ts';
import type { Devices } from './devices.ts';
import { untilHeard, type EnteredMeeting } from './handover.ts';
import type { Failure } from './models.ts';
import type { openPeer } from './openPeer.ts';

/** The other one may hear the meeting a little later. */
const LINGER_MS = 3_000;
/** Calls that are over are remembered, for what comes late of them. */
const MAX_REMEMBERED = 100;

export interface CallControllerDeps {
  signaling: Pick<SignalingClient, 'request'>;
  devices: Devices;
  /** This tab, as the server knows it. */
  device: CallDevice;
  /** Opens one end of what flows between the two. */
  openPeer: typeof openPeer;
  /** Comes into a meeting without a lobby. @throws Failure */
  enterMeeting: (code: string) => Promise<EnteredMeeting>;
  /** Camera and microphone are needed no more, unless for something else. */
  releaseDevices: () => void;
}

/** The call of this page: what the server says of it, and its media. */
export class CallController {
  readonly current = signal<CurrentCall | null>(null);
  readonly theirVideo = signal<MediaStreamTrack | null>(null);
  readonly soundBlocked = signal(false);
  readonly #deps: CallControllerDeps;
  readonly #over = new Set<string>();
  #direction: 'outgoing' | 'incoming' = 'outgoing';
  #leg: CallLeg | null = null;
  /** Calls that were begun here; one more when the latest is given up. */
  #attempt = 0;
  /** Came before there was an end to take it. */
  #early: Relayed[] = [];
  /** The page of the meeting that the call moves to is there. */
  #onShown: () => void = () => undefined;

  constructor(deps: CallControllerDeps) {
    this.#deps = deps;
  }

  async call(person: Callable, callType: CallType): Promise<void> {
    if (this.#isLive()) return;
    this.#direction = 'outgoing';
    const attempt = ++this.#attempt;
    this.current.value = { callId: null, person, callType, phase: { is: 'outgoing' } };
    void this.#openDevices(callType === 'video');
    const { device, signaling } = this.#deps;
    try {
      const deviceId = await device.id();
      if (attempt !== this.#attempt) return;
      const asked = { to: person.id, callType, deviceId };
      const { callId } = await signaling.request('call:initiate', asked);
      if (attempt === this.#attempt) this.#learnId(callId);
      // Given up before it had an id: it would ring on.
      else await signaling.request('call:end', { callId });
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#finish('could-not', { failure: toRequestError(error) });
    }
  }

  async answer(withVideo: boolean): Promise<void> {
    const { callId, phase } = this.current.peek() ?? {};
    if (phase?.is !== 'incoming' || !callId) return;
    this.#direction = 'incoming';
    this.#show({ is: 'connecting' });
    // Beside the answer: what is opened later is sent when it is there.
    void this.#openDevices(withVideo);
    try {
      const { device, signaling } = this.#deps;
      const deviceId = await device.id();
      if (this.#isAt('connecting', callId)) {
        await signaling.request('call:accept', { callId, deviceId });
      }
    } catch (error) {
      this.#finish('could-not', { failure: toRequestError(error) });
    }
  }

  async decline(message?: string): Promise<void> {
    const { callId, phase } = this.current.peek() ?? {};
    if (phase?.is !== 'incoming' || !callId) return;
    this.#drop();
    const words = message?.trim() ?? '';
    await this.#deps.signaling
      .request('call:reject', { callId, ...(words !== '' && { message: words }) })
      .catch(() => undefined);
  }

  async hangUp(): Promise<void> {
    const { callId, phase } = this.current.peek() ?? {};
    if (!phase || phase.is === 'over') return;
    this.#finish(phase.is === 'outgoing' ? 'cancelled' : 'hung-up');
    if (!callId) return;
    await this.#deps.signaling.request('call:end', { callId }).catch(() => undefined);
  }

  /** @throws RequestError */
  async upgrade(invite: readonly string[]): Promise<void> {
    const { callId } = this.current.peek() ?? {};
    if (!callId) return;
    const asked = { callId, ...(invite.length > 0 && { invite: [...invite] }) };
    const { code } = await this.#deps.signaling.request('call:upgrade', asked);
    // The answer is as good as the notification, whichever comes first.
    const reason = invite.length > 0 ? 'invited' : 'no-path';
    await this.#move({ callId, code, reason });
  }

  dismiss(): void {
    if (this.current.peek()?.phase.is === 'over') this.current.value = null;
  }

  meetingShown(): void {
    this.#onShown();
  }

  async unblockSound(): Promise<void> {
    await this.#leg?.unblockSound();
  }

  handle(notification: AnyNotification): void {
    const { name, payload } = notification;
    if (name === 'call:incoming') this.#handleIncoming(payload);
    if (name === 'call:initiated') this.#learnId(payload.callId);
    if (name === 'call:accepted') this.#handleAccepted(payload);
    if (name === 'call:offer' || name === 'call:answer' || name === 'ice:candidate') {
      if (payload.callId !== this.current.peek()?.callId) return;
      if (this.#leg) this.#leg.relay(notification);
      else this.#early.push(notification);
    }
    if (name === 'call:moved' && payload.callId === this.current.peek()?.callId) {
      void this.#move(payload);
    }
    if (name === 'call:rejected' || name === 'call:ended') {
      this.#remember(payload.callId);
      if (payload.callId !== this.current.peek()?.callId) return;
      const phase = this.current.peek()?.phase.is;
      // What has only rung goes without a word: the history has it.
      if (phase === 'incoming') this.#drop();
      else if (phase !== 'over' && phase !== 'moving') {
        const message = 'message' in payload ? (payload.message ?? null) : null;
        this.#finish(endOf(payload.reason), { message });
      }
    }
  }

  /** Something may have been missed. Answers the missed calls that nobody has looked at. */
  async sync(): Promise<number> {
    const { signaling, device } = this.#deps;
    const kept = await device.call();
    const { call, missed } = await signaling.request('call:sync', {});
    const here = this.current.peek();
    const live = this.#isLive() && here?.phase.is !== 'moving' ? here : null;
    if (live?.callId && live.callId === call?.callId) {
      // What is being answered is asked again by itself.
      const bound = call.state !== 'RINGING' || call.direction === 'outgoing';
      if (!bound || live.phase.is === 'incoming') return missed;
      await this.#resume(live.callId);
      // That it was answered has not been heard here, or this page is a new one.
      if (call.state !== 'RINGING' && !this.#leg) await this.#follow();
    } else if (live?.callId) {
      if (live.phase.is === 'incoming') this.#drop();
      else await this.#follow();
    } else if (!live && call?.state === 'RINGING' && call.direction === 'incoming') {
      const { callId, callType, with: caller, meetingId } = call;
      this.#handleIncoming({ callId, callType, from: caller.id, caller, meetingId });
    } else if (!live && call?.callId === kept) {
      await this.#continue(call);
    } else if (!live) device.keep(null);
    return missed;
  }

  close(): void {
    void this.hangUp();
    this.#release();
    this.current.value = null;
    this.#deps.device.close();
  }

  #handleIncoming(payload: NotificationPayload<'call:incoming'>): void {
    const { callId, caller, callType, meetingId } = payload;
    if (this.#isLive() || this.#over.has(callId)) return;
    const phase: CallPhase = { is: 'incoming', intoMeeting: meetingId !== null };
    this.current.value = { callId, person: caller, callType, phase };
  }

  /** The server has given the call that was begun here its id. */
  #learnId(callId: string): void {
    const current = this.current.peek();
    if (current?.phase.is !== 'outgoing' || current.callId !== null) return;
    this.current.value = { ...current, callId };
  }

  #handleAccepted({ callId, by, ...config }: NotificationPayload<'call:accepted'>): void {
    // Of two who rang each other the one whose call it is not hears its id only now.
    this.#learnId(callId);
    const phase = this.current.peek()?.phase.is;
    if (callId !== this.current.peek()?.callId || this.#leg) return;
    if (phase !== 'outgoing' && phase !== 'connecting') return;
    // Also of the one whose own call came second: one of the two begins, and the other one yields.
    this.#direction = by === this.current.peek()?.person.id ? 'outgoing' : 'incoming';
    this.#show({ is: 'connecting' });
    this.#open(callId, config);
  }

  #open(callId: string, config: PeerConfig): void {
    const { signaling, devices, openPeer: open, device } = this.#deps;
    const leg = new CallLeg(
      { signaling, devices, open },
      {
        ...{ callId, config, direction: this.#direction },
        onConnected: () => this.#handleConnected(),
        onInterrupted: () => this.#interrupt(),
        onLate: () => void this.#meet(),
        onVideo: (track) => (this.theirVideo.value = track),
        onSoundBlocked: (blocked) => (this.soundBlocked.value = blocked),
      },
    );
    this.#leg = leg;
    device.keep(callId);
    for (const early of this.#early.splice(0)) {
      if (early.payload.callId === callId) leg.relay(early);
    }
  }

  #handleConnected(): void {
    const phase = this.current.peek()?.phase;
    if (phase?.is === 'talking') this.#show({ ...phase, interrupted: false });
    if (phase?.is !== 'connecting') return;
    this.#show({ is: 'talking', since: Date.now(), interrupted: false });
  }

  #interrupt(): void {
    const phase = this.current.peek()?.phase;
    if (phase?.is === 'talking') this.#show({ ...phase, interrupted: true });
  }

  /** The two do not reach each other, or no more: on the server they do. */
  async #meet(): Promise<void> {
    const phase = this.current.peek()?.phase;
    if (phase?.is !== 'connecting' && !(phase?.is === 'talking' && phase.interrupted)) return;
    try {
      await this.upgrade([]);
    } catch (error) {
      // What has flowed may do so again, and this is tried again.
      if (this.current.peek()?.phase.is !== 'connecting') return;
      const failure = toRequestError(error);
      void this.hangUp();
      this.#finish('failed', { failure });
    }
  }

  async #move({
    callId,
    code,
    reason,
  }: {
    callId: string;
    code: string;
    reason: 'invited' | 'no-path';
  }) {
    const current = this.current.peek();
    if (current?.callId !== callId || current.phase.is === 'moving') return;
    if (current.phase.is === 'over') return;
    this.#remember(callId);
    const flows = current.phase.is === 'talking';
    this.#show({ is: 'moving', code, reason, entered: false });
    try {
      const meeting = await this.#deps.enterMeeting(code);
      const shown = new Promise<void>((resolve) => (this.#onShown = resolve));
      this.#show({ is: 'moving', code, reason, entered: true });
      // What flows between the two goes on until it comes by the meeting.
      if (flows) await untilHeard(meeting, current.person.id);
      await shown;
      const leg = this.#leg;
      leg?.silence();
      setTimeout(() => leg?.close(), LINGER_MS);
      this.#leg = null;
      this.#release();
      this.current.value = null;
    } catch (error) {
      this.#finish('could-not', { failure: toRequestError(error) });
    }
  }

  async #resume(callId: string): Promise<void> {
    const { signaling, device } = this.#deps;
    try {
      await signaling.request('call:resume', { callId, deviceId: await device.id() });
      this.#leg?.catchUp();
    } catch (error) {
      // Over meanwhile, or moved; where nobody answered, the next connection asks again.
      if (!isUnanswered(error)) await this.#follow();
    }
  }

  /** The page was reloaded: what the other end spoke to went with it. On the server the two go on. */
  async #continue({ callId, callType, with: person, direction }: CallView): Promise<void> {
    this.#direction = direction;
    this.current.value = { callId, person, callType, phase: { is: 'connecting' } };
    void this.#openDevices(callType === 'video');
    await this.#resume(callId);
    if (this.#isAt('connecting', callId)) await this.#follow();
  }

  /** It may go on as a meeting: also where nobody has told so. */
  async #follow(): Promise<void> {
    try {
      await this.upgrade([]);
    } catch (error) {
      if (!isUnanswered(error)) this.#finish('lost');
    }
  }

  async #openDevices(withVideo: boolean): Promise<void> {
    const { microphone, camera } = this.#deps.devices;
    await Promise.all([microphone.setWanted(true), camera.setWanted(withVideo)]);
  }

  #isAt(phase: CallPhase['is'], callId: string): boolean {
    const current = this.current.peek();
    return current?.callId === callId && current.phase.is === phase;
  }

  #isLive(): boolean {
    const phase = this.current.peek()?.phase.is;
    return phase !== undefined && phase !== 'over';
  }

  #show(phase: CallPhase): void {
    const current = this.current.peek();
    if (current) this.current.value = { ...current, phase };
  }

  #finish(
    end: CallEnd,
    { message = null, failure = null }: { message?: string | null; failure?: Failure | null } = {},
  ): void {
    const { phase, callId } = this.current.peek() ?? {};
    if (!phase || phase.is === 'over') return;
    if (callId) this.#remember(callId);
    this.#attempt++;
    const durationMs = phase.is === 'talking' ? Date.now() - phase.since : 0;
    this.#show({ is: 'over', end, message, failure, durationMs });
    this.#release();
    this.#deps.releaseDevices();
  }

  /** Goes without a word. */
  #drop(): void {
    const { callId } = this.current.peek() ?? {};
    if (callId) this.#remember(callId);
    this.current.value = null;
  }

  #remember(callId: string): void {
    this.#over.add(callId);
    const [oldest] = this.#over;
    if (this.#over.size > MAX_REMEMBERED && oldest !== undefined) this.#over.delete(oldest);
  }

  #release(): void {
    this.#leg?.close();
    this.#leg = null;
    this.#deps.device.keep(null);
    this.#early = [];
    this.theirVideo.value = null;
    this.soundBlocked.value = false;
  }
}
