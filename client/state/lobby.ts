import { signal } from '@preact/signals';
import type { MeetingView } from '../../protocol/meetings.ts';
import { RequestError, toRequestError } from '../api/RequestError.ts';
import { SignalingClient } from '../api/SignalingClient.ts';
import type { Devices } from './devices.ts';
import type { MeetingController } from './meeting.ts';
import type { Failure, Loadable, LobbyModel, MeetingModel } from './models.ts';
import type { Session } from './session.ts';
import { keptLocally } from './storage.ts';

const CONNECT_PATIENCE_MS = 10_000;

interface LobbyDeps {
  ref: string;
  session: Session;
  devices: Devices;
  deviceId: string;
  /** Takes over a meeting that was entered. */
  onJoined: (meeting: MeetingController) => void;
}

/** A lobby with what the root does to it. */
export interface Lobby extends LobbyModel {
  /** Nobody looks at it any more: gives back the connection that was made ready. Idempotent. */
  close(): void;
}

export function createLobby({ ref, session, devices, deviceId, onJoined }: LobbyDeps): Lobby {
  const keptName = keptLocally('name');
  const meeting = signal<Loadable<MeetingView>>({ is: 'loading' });
  const joining = signal(false);
  const failure = signal<Failure | null>(null);
  const displayName = signal(keptName.get() ?? session.user.value?.name ?? '');
  let loading: Promise<void> | null = null;
  /** The connection and the code for media, made ready while the user looks at the page. */
  let ready: { token: string; signaling: SignalingClient } | null = null;
  let closed = false;

  function prepare(): SignalingClient {
    const token = session.token();
    if (token === null) throw new RequestError({ code: 'UNAUTHENTICATED' });
    if (ready?.token !== token) {
      ready?.signaling.close();
      ready = { token, signaling: new SignalingClient(token) };
      ready.signaling.connect();
    }
    return ready.signaling;
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

  async function enter(options: { passcode?: string; takeOver?: boolean }) {
    await identify();
    const signaling = prepare();
    const [{ MeetingController }] = await Promise.all([
      import('./meeting.ts'),
      signaling.connected(CONNECT_PATIENCE_MS),
    ]);
    const request = {
      meetingId: ref,
      deviceId,
      ...(displayName.value !== '' && { displayName: displayName.value }),
      ...options,
    };
    return MeetingController.join({ signaling, rest: session.rest, devices, request });
  }

  async function refusalOf(error: unknown): Promise<Failure> {
    const refused = toRequestError(error);
    if (refused.code !== 'UNAUTHENTICATED') return refused;
    // The token that was kept is over. A guest gets a new one with the next try.
    session.expire();
    return Promise.resolve(refused);
  }

  async function load(): Promise<void> {
    if (meeting.value.is === 'failed') meeting.value = { is: 'loading' };
    try {
      const answer = await session.rest.call('readMeeting', { params: { idOrCode: ref } });
      meeting.value = { is: 'ready', value: answer.meeting };
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

  return {
    meeting,
    joining,
    failure,
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
      ready?.signaling.close();
      ready = null;
    },
    async join(options): Promise<MeetingModel | null> {
      if (joining.value) return null;
      joining.value = true;
      failure.value = null;
      performance.mark('parley:join');
      try {
        const controller = await enter(options);
        // The connection is the meeting's from here on.
        ready = null;
        if (closed) {
          // The user went elsewhere before the answer came.
          await controller.model.leave();
          return null;
        }
        onJoined(controller);
        return controller.model;
      } catch (error) {
        failure.value = await refusalOf(error);
        return null;
      } finally {
        joining.value = false;
      }
    },
  };
}
