import { batch, computed, effect, signal } from '@preact/signals';
import type { MeetingSnapshot, SequencedNotification } from '../../protocol/notifications.ts';
import { sequencedNotifications } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import type { RequestError } from '../api/RequestError.ts';
import { toRequestError } from '../api/RequestError.ts';
import { onNetworkChange } from '../api/networkChange.ts';
import type { RestClient } from '../api/RestClient.ts';
import type { AnyNotification, SignalingClient, SignalingState } from '../api/SignalingClient.ts';
import { AudioOutput } from '../media/AudioOutput.ts';
import { canShareScreen } from '../media/capture.ts';
import { MediaSession } from '../media/MediaSession.ts';
import { createConnection } from './connection.ts';
import { createConsequences } from './consequences.ts';
import type { Devices } from './devices.ts';
import { enter } from './enter.ts';
import { exposeFigures } from './figures.ts';
import { createLiveliness } from './liveliness.ts';
import type { Failure, MeetingModel, MeetingPhase } from './models.ts';
import { createNotices } from './notices.ts';
import { peopleOf, sharesOf } from './people.ts';
import { applyNotification, producersOfOthers, rosterOf, type RosterState } from './roster.ts';
import { createSwitches, type Switches } from './switches.ts';

interface JoinOptions {
  signaling: SignalingClient;
  rest: RestClient;
  devices: Devices;
  request: RequestInput<'join-meeting'>;
}

type OverReason = Extract<MeetingPhase, { is: 'over' }>['reason'];

const RETRY_MS = 1_000;
/** A server that is there answers at once. */
const CHECK_PATIENCE_MS = 1_000;
const SILENT: ReadonlySet<string> = new Set(['OFFLINE', 'TIMEOUT']);
const NO_MEDIA = { audio: false, video: false, screenSharing: false };

/** A meeting that one is in: follows the server's state, keeps media and the way back going. */
export class MeetingController {
  readonly model: MeetingModel;
  readonly #signaling: SignalingClient;
  readonly #devices: Devices;
  readonly #setLocked: (locked: boolean) => Promise<unknown>;
  readonly #join: RequestInput<'join-meeting'>;
  readonly #media: MediaSession;
  readonly #mediaBegun: Promise<void>;
  readonly #audio: AudioOutput;
  readonly #switches: Switches;
  readonly #notices = createNotices();
  readonly #liveliness: ReturnType<typeof createLiveliness>;
  readonly #stops: (() => unknown)[] = [];
  readonly #roster;
  readonly #startedAt = signal(0);
  readonly #phase = signal<MeetingPhase>({ is: 'in' });
  readonly #connection = createConnection();
  readonly #remoteVideo = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  readonly #soundBlocked = signal(false);
  readonly #met = new Map<string, string>();
  readonly #follows: ReturnType<typeof createConsequences>;
  readonly #enteredAt = Date.now();
  /** Notifications that came while the way back was being found; null while it is not. */
  #held: SequencedNotification[] | null = null;

  /** @throws RequestError with the code of the refusal */
  static async join(options: JoinOptions): Promise<MeetingController> {
    const controller = new MeetingController(
      options,
      await enter(options.signaling, options.request),
    );
    // The server works on what media needs while the page is drawn.
    await controller.#mediaBegun;
    return controller;
  }

  private constructor(
    { signaling, rest, devices, request }: JoinOptions,
    snapshot: MeetingSnapshot,
  ) {
    this.#signaling = signaling;
    this.#devices = devices;
    this.#setLocked = (locked) =>
      rest.call('updateMeeting', { params: { idOrCode: meetingId }, body: { locked } });
    const meetingId = snapshot.meeting.id;
    this.#join = { ...request, meetingId };
    this.#roster = signal<RosterState>(rosterOf(snapshot));
    this.#media = new MediaSession(meetingId, (name, payload) => signaling.request(name, payload));
    this.#audio = new AudioOutput((blocked) => (this.#soundBlocked.value = blocked));
    const self = computed(() => this.#roster.value.participants.get(this.#roster.value.selfId));
    this.#liveliness = createLiveliness(
      computed(() => this.#roster.value.selfId),
      (id) => this.#roster.value.participants.get(id)?.name ?? '',
    );
    this.#follows = createConsequences({
      media: this.#media,
      notices: this.#notices,
      liveliness: this.#liveliness,
    });
    this.#follow();
    this.#switches = createSwitches({
      meetingId,
      media: this.#media,
      devices,
      request: (name, payload) => signaling.request(name, payload),
      notices: this.#notices,
      status: computed(() => self.value?.media ?? NO_MEDIA),
      handRaised: computed(() => self.value?.handRaised ?? false),
    });
    this.#adopt(snapshot);
    this.#mediaBegun = this.#media.start(snapshot.webrtcConfig, [
      ...producersOfOthers(this.#roster.value),
    ]);
    this.model = this.#createModel(self);
    this.#stops.push(
      exposeFigures({
        participantId: () => this.#roster.value.selfId,
        stats: () => this.#media.stats(),
      }),
    );
  }

  #createModel(self: { value: { role: string } | undefined }): MeetingModel {
    const tracks = computed(() => ({
      remote: this.#remoteVideo.value,
      ownCamera: this.#devices.camera.wanted.value ? this.#devices.camera.track.value : null,
      ownScreen: this.#switches.ownScreen.value,
    }));
    const isHost = computed(() => self.value?.role === 'host' || self.value?.role === 'cohost');
    const { id: meetingId } = this.#roster.value.meeting;
    return {
      phase: this.#phase,
      connection: this.#connection.state,
      meeting: computed(() => this.#roster.value.meeting),
      selfId: computed(() => this.#roster.value.selfId),
      startedAt: this.#startedAt,
      people: computed(() => peopleOf(this.#roster.value, tracks.value)),
      shares: computed(() => sharesOf(this.#roster.value, tracks.value)),
      speaking: this.#liveliness.speaking,
      speaker: this.#liveliness.speaker,
      qualities: this.#liveliness.qualities,
      reactions: this.#liveliness.reactions,
      notices: this.#notices.list,
      microphone: this.#switches.microphone,
      camera: this.#switches.camera,
      screen: this.#switches.screen,
      hand: this.#switches.hand,
      soundBlocked: this.#soundBlocked,
      canEnd: isHost,
      canShare: computed(
        () =>
          canShareScreen() && (isHost.value || this.#roster.value.meeting.settings.mayShareScreen),
      ),
      react: (reaction) =>
        this.#act(() => this.#signaling.request('send-reaction', { meetingId, reaction })),
      dismissNotice: (key) => this.#notices.dismiss(key),
      unblockSound: () => this.#audio.unblock(),
      setViews: (views) => this.#media.setViews(views),
      setLocked: (locked) => this.#act(() => this.#setLocked(locked)),
      reconnectNow: () => {
        if (this.#connection.placed) void this.#media.repairNow();
        else this.#signaling.retryNow();
      },
      leave: async () => {
        const told = this.#signaling.request('leave-meeting', { meetingId }).catch(() => undefined);
        this.#phase.value = this.#overPhase('left', null);
        // Camera and microphone go off at once, however long the server takes.
        this.#release();
        await told;
        this.#signaling.close();
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
    this.#media.on('track-added', ({ producerId, kind, track }) => {
      if (kind === 'audio') this.#audio.add(producerId, track);
      else this.#remoteVideo.value = new Map(this.#remoteVideo.value).set(producerId, track);
    });
    this.#media.on('track-removed', (producerId) => {
      this.#audio.remove(producerId);
      if (!this.#remoteVideo.value.has(producerId)) return;
      const remaining = new Map(this.#remoteVideo.value);
      remaining.delete(producerId);
      this.#remoteVideo.value = remaining;
    });
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
      effect(() => void this.#audio.select(this.#devices.speaker.value)),
      this.#devices.onEvent((kind, event) => {
        const ofAny = event === 'lost' || event === 'changed';
        this.#notices.tell(ofAny ? `device-${event}` : `${kind}-${event}`);
      }),
    );
  }

  #handle(notification: AnyNotification): void {
    if (isSequenced(notification)) this.#handleSequenced(notification);
    else if (notification.name === 'meeting-ended') this.#end('ended');
    else if (notification.name === 'meeting-left') {
      if (notification.payload.reason === 'replaced') this.#end('moved');
      else void this.#rejoin();
    } else if (notification.name === 'consumers-closed') {
      this.#media.handleConsumersClosed(notification.payload.consumerIds);
    } else if (notification.name === 'producer-layers-wanted') {
      const { producerId, maxSpatialLayer } = notification.payload;
      void this.#media.limitLayers(producerId, maxSpatialLayer);
    } else this.#liveliness.handle(notification);
  }

  #handleSequenced(notification: SequencedNotification): void {
    if (this.#held) {
      this.#held.push(notification);
      return;
    }
    if (this.#apply(notification)) return;
    // Something is missing in between: ask for it, and apply this one after it.
    this.#held = [notification];
    void this.#resume();
  }

  /** False when notifications before this one are missing. */
  #apply(notification: SequencedNotification): boolean {
    const before = this.#roster.value;
    const after = applyNotification(before, notification);
    if (!after) return false;
    if (after === before) return true;
    this.#roster.value = after;
    this.#remember(after);
    this.#follows(notification, before, after);
    return true;
  }

  #handleState(state: SignalingState): void {
    if (this.#phase.value.is === 'over') return;
    switch (state.is) {
      case 'connected':
        void this.#resume();
        break;
      case 'connecting':
        // What comes from now on is applied after what was missed.
        this.#held ??= [];
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
    if (this.#signaling.state.is !== 'connected' || this.#held) return;
    this.#held = [];
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
        { meetingId: meeting.id, participantId: selfId, epoch, seq },
        { ...(patienceMs !== undefined && { patienceMs }) },
      );
      if (answer.status === 'resynced') this.#adopt(answer.snapshot);
      const missed = answer.status === 'resumed' ? answer.missed : [];
      const held = this.#held ?? [];
      this.#held = null;
      for (const notification of [...missed, ...held]) this.#handleSequenced(notification);
      this.#settle();
    } catch (error) {
      const failure = toRequestError(error);
      if (failure.code === 'INVALID_STATE') await this.#rejoin();
      else if (patienceMs !== undefined && SILENT.has(failure.code)) this.#signaling.suspect();
      else this.#failed(failure, () => this.#resume());
    }
  }

  /** The place was given up, or the server is a new one: enters again with the same choices. */
  async #rejoin(): Promise<void> {
    this.#held ??= [];
    this.#connection.show('rejoin');
    try {
      const snapshot = await enter(this.#signaling, { ...this.#join, takeOver: true });
      this.#held = null;
      this.#media.reset(snapshot.webrtcConfig);
      this.#adopt(snapshot);
      this.#settle();
    } catch (error) {
      this.#failed(toRequestError(error), () => this.#rejoin());
    }
  }

  #failed(failure: RequestError, again: () => Promise<void>): void {
    if (!SILENT.has(failure.code) && failure.code !== 'RATE_LIMITED') {
      this.#end(failure.code === 'ENDED' ? 'ended' : 'failed', failure);
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
    const { participants, selfId } = this.#roster.value;
    void this.#media.recover(participants.get(selfId)?.producers ?? []);
    this.#switches.reconcile();
  }

  #adopt(snapshot: MeetingSnapshot): void {
    batch(() => {
      this.#roster.value = rosterOf(snapshot);
      // A clock that is behind the server's must not show a meeting from the future.
      this.#startedAt.value = Math.min(Date.parse(snapshot.startedAt), Date.now());
    });
    this.#remember(this.#roster.value);
    this.#media.receive(producersOfOthers(this.#roster.value));
  }

  #remember({ participants, selfId }: RosterState): void {
    for (const { id, name } of participants.values()) if (id !== selfId) this.#met.set(id, name);
  }

  async #act(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#notices.tell('action-failed', undefined, toRequestError(error));
    }
  }

  #overPhase(reason: OverReason, failure: Failure | null): MeetingPhase {
    return {
      is: 'over',
      reason,
      failure,
      durationMs: Date.now() - this.#enteredAt,
      met: [...new Set(this.#met.values())],
    };
  }

  #end(reason: OverReason, failure: Failure | null = null): void {
    if (this.#phase.value.is === 'over') return;
    this.#phase.value = this.#overPhase(reason, failure);
    this.#release();
    this.#signaling.close();
  }

  /** Gives back everything but the connection. */
  #release(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#switches.close();
    this.#liveliness.close();
    this.#notices.close();
    this.#media.close();
    this.#audio.close();
    this.#devices.close();
  }
}

function isSequenced(notification: AnyNotification): notification is SequencedNotification {
  return Object.hasOwn(sequencedNotifications, notification.name);
}
