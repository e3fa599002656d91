import { signal } from '@preact/signals';
import { NO_BROADCAST } from '../../protocol/live.ts';
import type { MeetingView } from '../../protocol/meetings.ts';
import type { MeetingSnapshot, NotificationPayload } from '../../protocol/notifications.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import { RequestError, toRequestError } from '../api/RequestError.ts';
import { SignalingClient } from '../api/SignalingClient.ts';
import type { Devices } from './devices.ts';
import type { Line } from './line.ts';
import type { MeetingController } from './meeting.ts';
import { enter as enterMeeting } from './enter.ts';
import type { Denial, Failure, JoinOptions, Loadable, LobbyModel, WaitingModel } from './models.ts';
import type { Session } from './session.ts';
import { keptInTab, keptLocally } from './storage.ts';
import { createWaiting, type WaitingEnd } from './waiting.ts';

const CONNECT_PATIENCE_MS = 10_000;

type Asked = RequestInput<'join-meeting'>;
type Begin = (snapshot: MeetingSnapshot) => Promise<void>;

interface LobbyDeps {
  ref: string;
  session: Session;
  line: Line;
  devices: Devices;
  /** Camera and microphone are needed no more, unless for something else. */
  releaseDevices: () => void;
  deviceId: string;
  /** Takes over a meeting that was entered. */
  onJoined: (meeting: MeetingController) => void;
  /** The place in the meeting is lost, and another one has to be waited for. */
  onSentBack: () => void;
  /** Whether one waits here now: a reload comes back to it. */
  onWaiting: (waiting: boolean) => void;
}

/** A lobby with what the root does to it. */
export interface Lobby extends LobbyModel {
  /** Nobody looks at it any more: gives back the connection that was made ready. Idempotent. */
  close(): void;
}

export function createLobby(deps: LobbyDeps): Lobby {
  const { ref, session, line, devices, releaseDevices, deviceId, onJoined, onWaiting } = deps;
  const keptName = keptLocally('name');
  const meeting = signal<Loadable<MeetingView>>({ is: 'loading' });
  const broadcast = signal(NO_BROADCAST);
  const joining = signal(false);
  const failure = signal<Failure | null>(null);
  const waiting = signal<WaitingModel | null>(null);
  const denial = signal<Denial | null>(null);
  // A second screen stays one over a reload.
  const keptCompanion = keptInTab('companion');
  const displayName = signal(keptName.get() ?? session.user.value?.name ?? '');
  let loading: Promise<void> | null = null;
  /** The connection and the code for media, made ready while the user looks at the page. */
  let ready: { token: string; signaling: SignalingClient; hangUp: () => void } | null = null;
  let closed = false;

  function prepare(): SignalingClient {
    const token = session.token();
    if (token === null) throw new RequestError({ code: 'UNAUTHENTICATED' });
    if (ready?.token !== token) {
      ready?.hangUp();
      ready = { token, ...connect(token) };
    }
    return ready.signaling;
  }

  /** Who has an account is connected anyway, and stays so. */
  function connect(token: string): { signaling: SignalingClient; hangUp: () => void } {
    const shared = line.open();
    if (shared) return { signaling: shared, hangUp: () => undefined };
    const signaling = new SignalingClient(token);
    signaling.connect();
    return { signaling, hangUp: () => signaling.close() };
  }

  /** A name is enough where guests are welcome; who has an account comes with it. */
  async function identify(): Promise<void> {
    const guestOf = session.guestOf();
    // Whether a guest's token is for this meeting is told by its id; the address may have its code.
    if (guestOf !== null && guestOf !== ref) await loading;
    const view = meeting.value.is === 'ready' ? meeting.value.value : null;
    const here = guestOf !== null && (guestOf === ref || guestOf === view?.id);
    const known = session.user.value !== null && (guestOf === null || here);
    if (!known) await session.continueAsGuest(view?.id ?? ref, displayName.value);
  }

  async function enter(options: JoinOptions): Promise<void> {
    await identify();
    const signaling = prepare();
    // Whoever has to wait is shown for what; and a meeting hears all from the moment of its entry on.
    const [{ MeetingController }] = await Promise.all([
      import('./meeting.ts'),
      signaling.connected(CONNECT_PATIENCE_MS),
      (loading ??= load()),
    ]);
    if (options.companion !== undefined || options.takeOver) {
      keptCompanion.set(options.companion ? ref : null);
    }
    const request = {
      meetingId: ref,
      deviceId,
      ...(displayName.value !== '' && { displayName: displayName.value }),
      ...options,
      ...(keptCompanion.get() === ref && { companion: true }),
    };
    const begin: Begin = (snapshot) => {
      // The connection is the meeting's from here on.
      const hangUp = ready?.hangUp ?? (() => undefined);
      ready = null;
      const controller = new MeetingController(
        {
          ...{ signaling, rest: session.rest, hangUp, devices, releaseDevices, request },
          onSentToQueue: deps.onSentBack,
        },
        snapshot,
      );
      return takeOver(controller);
    };
    const entered = await enterMeeting(signaling, request);
    if (entered.status === 'joined') await begin(entered.snapshot);
    else wait(signaling, request, entered.place, begin);
  }

  async function takeOver(controller: MeetingController): Promise<void> {
    if (closed) {
      // The user went elsewhere before the answer came.
      await controller.model.leave();
      return;
    }
    try {
      // The server works on what media needs while the page is drawn.
      await controller.begun;
    } catch (error) {
      void controller.model.leave();
      throw error;
    }
    onJoined(controller);
  }

  function wait(
    signaling: SignalingClient,
    request: Asked,
    place: NotificationPayload<'waiting-room-entered'>,
    begin: Begin,
  ): void {
    const view = meeting.value.is === 'ready' ? meeting.value.value : null;
    if (!view) throw new RequestError({ code: 'INVALID_STATE' });
    onWaiting(true);
    waiting.value = createWaiting({
      ...{ signaling, devices, request, place },
      meeting: view,
      onEnd: (end) => void handleEnd(end, begin),
    });
  }

  async function handleEnd(end: WaitingEnd, begin: Begin): Promise<void> {
    if (end.is === 'admitted') {
      performance.mark('parley:join');
      try {
        await begin(end.snapshot);
      } catch (error) {
        onWaiting(false);
        failure.value = refusalOf(error);
      }
    } else onWaiting(false);
    waiting.value = null;
    if (end.is === 'denied') {
      denial.value = end.denial;
      // There is nothing more to be seen or heard for.
      releaseDevices();
    }
    if (end.is === 'failed') failure.value = refusalOf(end.failure);
  }

  function refusalOf(error: unknown): Failure {
    const refused = toRequestError(error);
    // The token that was kept is over. A guest gets a new one with the next try.
    if (refused.code === 'UNAUTHENTICATED') session.expire();
    return refused;
  }

  async function load(): Promise<void> {
    if (meeting.value.is === 'failed') meeting.value = { is: 'loading' };
    try {
      const answer = await session.rest.call('readMeeting', { params: { idOrCode: ref } });
      meeting.value = { is: 'ready', value: answer.meeting };
      broadcast.value = answer.broadcast;
      if (displayName.value === '') displayName.value = session.user.value?.name ?? '';
      if (session.token() !== null && !closed) prepare();
      const { prepareDevice } = await import('../media/device.ts');
      await Promise.all([prepareDevice(), import('./meeting.ts')]);
    } catch (error) {
      const problem = toRequestError(error);
      if (meeting.value.is !== 'ready') meeting.value = { is: 'failed', failure: problem };
      else if (problem.code === 'BROWSER_UNSUPPORTED') failure.value = problem;
    }
  }

  async function join(options: JoinOptions): Promise<void> {
    if (joining.value || waiting.value) return;
    joining.value = true;
    failure.value = null;
    if (denial.value) void devices.open();
    denial.value = null;
    performance.mark('parley:join');
    try {
      await enter(options);
    } catch (error) {
      failure.value = refusalOf(error);
    } finally {
      joining.value = false;
    }
  }

  return {
    meeting,
    broadcast,
    joining,
    failure,
    waiting,
    denial,
    displayName,
    setDisplayName(name) {
      displayName.value = name;
      keptName.set(name);
    },
    load() {
      loading = load();
      return loading;
    },
    close() {
      closed = true;
      void waiting.value?.leave();
      ready?.hangUp();
      ready = null;
    },
    join,
  };
}
