import { batch, computed, signal } from '@preact/signals';
import type { Stoppable } from '../../protocol/meetings.ts';
import type { MeetingSnapshot } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import type { RestClient } from '../api/RestClient.ts';
import { isPassing, isUnanswered, toRequestError, type RequestError } from '../api/RequestError.ts';
import { onNetworkChange } from '../api/networkChange.ts';
import type { AnyNotification, SignalingClient, SignalingState } from '../api/SignalingClient.ts';
import { canShareScreen } from '../media/capture.ts';
import { MediaSession } from '../media/MediaSession.ts';
import type { Request } from '../media/MediaTransport.ts';
import { isHeard } from '../media/stats.ts';
import { createConnection } from './connection.ts';
import { createConsequences } from './consequences.ts';
import type { Devices } from './devices.ts';
import { enter } from './enter.ts';
import { exposeFigures } from './figures.ts';
import { Following } from './following.ts';
import { createHosting, type Hosting } from './hosting.ts';
import { createLiveliness } from './liveliness.ts';
import type { Failure, MeetingModel, MeetingPhase } from './models.ts';
import { createMeetingChat, type MeetingChat } from './meetingChat.ts';
import { reportMeeting } from './meetingQuality.ts';
import { createNotices } from './notices.ts';
import { createOwnRights } from './ownRights.ts';
import { peopleOf, sharesOf } from './people.ts';
import { createPlayback, type Playback } from './playback.ts';
import { isSequenced, participantsOf, producersOfOthers } from './roster.ts';
import { createStay, type OverPhase } from './stay.ts';
import { createSwitches, type Switches } from './switches.ts';

interface JoinOptions {
  signaling: SignalingClient;
  rest: RestClient;
  /** The meeting needs the connection no longer. */
  hangUp: () => void;
  devices: Devices;
  /** Camera and microphone are needed no more, unless for something else. */
  releaseDevices: () => void;
  request: RequestInput<'join-meeting'>;
  /** The place is lost, and another one has to be waited for. */
  onSentToQueue: () => void;
}

const RETRY_MS = 1_000;
/** A server that is there answers at once. */
const CHECK_PATIENCE_MS = 1_000;
const NO_MEDIA = { audio: false, video: false, screenSharing: false };

/** A meeting that one is in: follows the server's state, keeps media and the way back going. */
export class MeetingController {
  readonly model: MeetingModel;
  readonly #signaling: SignalingClient;
  readonly #devices: Devices;
  readonly #deps: JoinOptions;
  readonly #join: RequestInput<'join-meeting'>;
  readonly #media: MediaSession;
  /** Settles with the server asked for what is received. */
  readonly begun: Promise<void>;
  readonly #playback: Playback;
  readonly #hosting: Hosting;
  readonly #switches: Switches;
  readonly #chat: MeetingChat;
  readonly #notices = createNotices();
  readonly #rights: ReturnType<typeof createOwnRights>;
  readonly #liveliness: ReturnType<typeof createLiveliness>;
  readonly #stops: (() => unknown)[] = [];
  readonly #following: Following;
  readonly #roster: Following['roster'];
  readonly #startedAt = signal(0);
  readonly #phase = signal<MeetingPhase>({ is: 'in' });
  readonly #connection = createConnection();
  readonly #stay = createStay();
  readonly #follows: ReturnType<typeof createConsequences>;

  /** @param snapshot the meeting as it was entered */
  constructor(deps: JoinOptions, snapshot: MeetingSnapshot) {
    const { signaling, rest, devices, request } = deps;
    this.#deps = deps;
    this.#signaling = signaling;
    this.#devices = devices;
    const meetingId = snapshot.meeting.id;
    const ask: Request = (name, payload, options) => signaling.request(name, payload, options);
    this.#join = { ...request, meetingId };
    this.#following = new Following(snapshot, {
      onApplied: (notification, before, after) => {
        this.#stay.remember(after);
        this.#follows(notification, before, after);
      },
      onMissing: () => void this.#resume(),
    });
    this.#roster = this.#following.roster;
    this.#media = new MediaSession(meetingId, ask);
    this.#playback = createPlayback(this.#media, devices.speaker);
    const self = computed(() => this.#roster.value.participants.get(this.#roster.value.selfId));
    this.#liveliness = createLiveliness(
      computed(() => this.#roster.value.selfId),
      (id) => this.#roster.value.participants.get(id)?.name ?? '',
    );
    this.#rights = createOwnRights(this.#roster, () => this.#switches);
    this.#hosting = createHosting({
      meetingId,
      request: ask,
      role: computed(() => self.value?.role ?? 'participant'),
      act: (act) => this.#act(act),
      onRecordingWaits: () => this.#notices.tell('recording-waiting'),
    });
    this.#chat = createMeetingChat({
      ...{ meetingId, signaling, rest, selfId: self.value?.userId ?? '' },
      nameOf: (userId) => participantsOf(this.#roster.value, userId)[0]?.name ?? null,
      act: (act) => this.#act(act),
    });
    this.#follows = createConsequences({
      media: this.#media,
      notices: this.#notices,
      liveliness: this.#liveliness,
      onStopped: (source) => this.#giveUp(source),
      onSettings: (before, after) => this.#rights.handleSettings(before, after),
    });
    this.#follow();
    this.#obeySettings();
    this.#switches = createSwitches({
      meetingId,
      media: this.#media,
      devices,
      request: ask,
      notices: this.#notices,
      status: computed(() => self.value?.media ?? NO_MEDIA),
      handRaised: computed(() => self.value?.handRaised ?? false),
      isPlaced: () => this.#connection.placed,
    });
    this.#adopt(snapshot);
    this.begun = this.#media.start(snapshot.webrtcConfig, [
      ...producersOfOthers(this.#roster.value),
    ]);
    this.model = this.#createModel();
    this.#stops.push(
      exposeFigures({
        participantId: () => this.#roster.value.selfId,
        stats: () => this.#media.stats(),
      }),
      reportMeeting(meetingId, this.#media, ask),
    );
  }

  /** Whether sound of somebody arrives. */
  async hears(userId: string): Promise<boolean> {
    const stats = await this.#media.stats();
    return participantsOf(this.#roster.value, userId).some(({ id }) => isHeard(stats, id));
  }

  #createModel(): MeetingModel {
    const tracks = computed(() => ({
      remote: this.#playback.video.value,
      ownCamera: this.#devices.camera.wanted.value ? this.#devices.camera.track.value : null,
      ownScreen: this.#switches.ownScreen.value,
    }));
    const { isCompanion, unmuteRequest, may, mayDoTo } = this.#rights;
    const { microphone, camera, screen, hand } = this.#switches;
    const { speaking, speaker, qualities, reactions } = this.#liveliness;
    const { id: meetingId } = this.#roster.value.meeting;
    return {
      phase: this.#phase,
      connection: this.#connection.state,
      meeting: computed(() => this.#roster.value.meeting),
      broadcast: computed(() => this.#roster.value.broadcast),
      selfId: computed(() => this.#roster.value.selfId),
      startedAt: this.#startedAt,
      people: computed(() => peopleOf(this.#roster.value, tracks.value)),
      shares: computed(() => sharesOf(this.#roster.value, tracks.value)),
      ...{ speaking, speaker, qualities, reactions },
      notices: this.#notices.list,
      ...{ microphone, camera, screen, hand },
      soundBlocked: this.#playback.soundBlocked,
      ...{ isCompanion, unmuteRequest, may, mayDoTo },
      host: this.#hosting.model,
      chat: this.#chat.model,
      sharesScreens: canShareScreen(),
      answerUnmuteRequest: (accept) => this.#rights.answer(accept),
      rename: (participantId, name) =>
        this.#act(() =>
          this.#signaling.request('rename-participant', { meetingId, participantId, name }),
        ),
      react: (reaction) =>
        this.#act(() => this.#signaling.request('send-reaction', { meetingId, reaction })),
      dismissNotice: (key) => this.#notices.dismiss(key),
      unblockSound: () => this.#playback.unblockSound(),
      setViews: (views) => this.#media.setViews(views),
      reconnectNow: () => {
        if (this.#connection.placed) void this.#media.repairNow();
        else this.#signaling.retryNow();
      },
      leave: async () => {
        const told = this.#signaling.request('leave-meeting', { meetingId }).catch(() => undefined);
        this.#phase.value = this.#stay.end('left', null);
        // Camera and microphone go off at once, however long the server takes.
        this.#release();
        await told;
        this.#deps.hangUp();
      },
      endForAll: () =>
        this.#act(async () => {
          await this.#signaling.request('end-meeting', { meetingId });
          this.#end('ended');
        }),
    };
  }

  /** Listens to everything that the meeting depends on. */
  #follow(): void {
    const onState = (state: SignalingState): void => this.#handleState(state);
    const onNotification = (notification: AnyNotification): void => this.#handle(notification);
    this.#signaling.on('state', onState);
    this.#signaling.on('notification', onNotification);
    this.#media.on('health', (health) => this.#connection.handleMedia(health));
    this.#media.on('unanswered', () => this.#signaling.suspect());
    this.#media.on('suspicious', () => void this.#check());
    this.#stops.push(
      () => this.#signaling.off('state', onState),
      () => this.#signaling.off('notification', onNotification),
      () => this.#connection.close(),
      onNetworkChange(() => {
        this.#media.expectChange();
        void this.#check();
      }),
      this.#devices.onEvent((kind, event) => this.#notices.tellDevice(kind, event)),
    );
  }

  #handle(notification: AnyNotification): void {
    this.#chat.handle(notification);
    if (isSequenced(notification)) this.#following.handle(notification);
    else if (notification.name === 'meeting-ended') this.#end('ended');
    else if (notification.name === 'meeting-left') {
      const { reason } = notification.payload;
      if (reason === 'replaced') this.#end('moved');
      else if (reason === 'removed' || reason === 'banned') this.#end(reason);
      else void this.#rejoin();
    } else if (notification.name === 'meeting-position') {
      this.#following.handlePosition(notification.payload);
    } else if (notification.name === 'media-moving') {
      void this.#media.move(notification.payload.moveId, notification.payload.webrtcConfig);
    } else if (notification.name === 'consumers-closed') {
      this.#media.handleConsumersClosed(notification.payload.consumerIds);
    } else if (notification.name === 'producer-layers-wanted') {
      const { producerId, maxSpatialLayer } = notification.payload;
      void this.#media.limitLayers(producerId, maxSpatialLayer);
    } else if (notification.name === 'unmute-requested') {
      this.#rights.handleRequest(notification.payload);
    } else if (!this.#hosting.handle(notification)) this.#liveliness.handle(notification);
  }

  #handleState(state: SignalingState): void {
    if (this.#phase.value.is === 'over') return;
    switch (state.is) {
      case 'connected':
        void this.#resume();
        break;
      case 'connecting':
        // What comes from now on is applied after what was missed.
        this.#following.hold();
        this.#connection.handleConnecting(state);
        break;
      case 'refused':
        this.#end('failed', state.error);
        break;
      case 'idle':
        break;
    }
  }

  /** Whether the connection that counts as open still is. */
  async #check(): Promise<void> {
    // Otherwise the answer to something that was asked is waited for already.
    if (this.#signaling.state.is !== 'connected' || this.#following.isHolding) return;
    this.#following.hold();
    await this.#resume(CHECK_PATIENCE_MS);
  }

  /**
   * Takes one's place again and catches up.
   * @param patienceMs with it, a connection on which no answer comes by then is given up
   */
  async #resume(patienceMs?: number): Promise<void> {
    const { meeting, selfId, epoch, seq } = this.#roster.value;
    if (!this.#connection.placed) this.#connection.show('place');
    try {
      const answer = await this.#signaling.request(
        'resume-meeting',
        { meetingId: meeting.id, participantId: selfId, deviceId: this.#join.deviceId, epoch, seq },
        { ...(patienceMs !== undefined && { patienceMs }) },
      );
      if (answer.status === 'resynced') this.#adopt(answer.snapshot);
      this.#following.catchUp(answer.status === 'resumed' ? answer.missed : []);
      this.#settle();
    } catch (error) {
      const failure = toRequestError(error);
      if (failure.code === 'INVALID_STATE') await this.#rejoin();
      else if (patienceMs !== undefined && isUnanswered(failure)) this.#signaling.suspect();
      else this.#failed(failure, () => this.#resume());
    }
  }

  /** The place was given up, or the server is a new one: enters again with the same choices. */
  async #rejoin(): Promise<void> {
    this.#following.hold();
    this.#connection.show('rejoin');
    try {
      // The same device finds its place; one that another has taken over is not taken back unasked.
      const entered = await enter(this.#signaling, { ...this.#join, takeOver: false });
      if (entered.status === 'waiting') {
        this.#end('failed');
        this.#deps.onSentToQueue();
        return;
      }
      const raiseHand = this.#switches.handIntended.value;
      this.#following.forgetHeld();
      this.#media.reset(entered.snapshot.webrtcConfig);
      this.#adopt(entered.snapshot);
      this.#settle();
      // A new stay begins with the hand down.
      if (raiseHand) void this.model.hand.set(true);
    } catch (error) {
      this.#failed(toRequestError(error), () => this.#rejoin());
    }
  }

  #failed(failure: RequestError, again: () => Promise<void>): void {
    if (!isPassing(failure)) {
      if (failure.code === 'ALREADY_JOINED') this.#end('moved');
      else this.#end(failure.code === 'ENDED' ? 'ended' : 'failed', failure);
      return;
    }
    // Where the connection is gone its return begins this anew.
    setTimeout(() => {
      if (this.#phase.value.is === 'in' && this.#signaling.state.is === 'connected') void again();
    }, failure.retryAfterMs ?? RETRY_MS);
  }

  /** The place is taken again: media is looked after, and what was wanted meanwhile is done. */
  #settle(): void {
    this.#connection.settle();
    this.#chat.resume();
    const { participants, selfId } = this.#roster.value;
    void this.#media.recover(participants.get(selfId)?.producers ?? []);
    this.#switches.reconcile();
  }

  #adopt(snapshot: MeetingSnapshot): void {
    batch(() => {
      this.#following.adopt(snapshot);
      // A clock that is behind the server's must not show a meeting from the future.
      this.#startedAt.value = Math.min(Date.parse(snapshot.startedAt), Date.now());
    });
    this.#stay.remember(this.#roster.value);
    const { participants, selfId } = this.#roster.value;
    for (const source of participants.get(selfId)?.stopped ?? []) this.#giveUp(source);
    this.#media.receive(producersOfOthers(this.#roster.value));
  }

  /** A host has stopped it: it stays off until the user turns it on. */
  #giveUp(source: Stoppable): void {
    this.#rights.handleStopped(source);
    if (source === 'screen') void this.#switches.screen.set(false);
    else void this.#devices[source].setWanted(false);
  }

  /** Who may not be heard or seen comes in muted, instead of being refused. */
  #obeySettings(): void {
    if (!this.#rights.may('unmute')) void this.#devices.microphone.setWanted(false);
    if (!this.#rights.may('use-camera')) void this.#devices.camera.setWanted(false);
  }

  async #act(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#notices.tell('action-failed', undefined, toRequestError(error));
    }
  }

  #end(reason: OverPhase['reason'], failure: Failure | null = null): void {
    if (this.#phase.value.is === 'over') return;
    this.#phase.value = this.#stay.end(reason, failure);
    this.#release();
    this.#deps.hangUp();
  }

  /** Gives back everything but the connection. */
  #release(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#switches.close();
    this.#chat.close();
    this.#liveliness.close();
    this.#notices.close();
    this.#media.close();
    this.#playback.close();
    this.#deps.releaseDevices();
  }
}
