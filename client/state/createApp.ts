import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { createId } from '../api/createId.ts';
import type { SignalingClient } from '../api/SignalingClient.ts';
import { createAdmin } from './admin.ts';
import { createDevices } from './devices.ts';
import { createHome } from './home.ts';
import type { CallsApp } from './calls.ts';
import { isUnderWay } from './callsModels.ts';
import { createLine, type Line } from './line.ts';
import { createLobby, type Lobby } from './lobby.ts';
import type { MeetingController } from './meeting.ts';
import type { AppModel, MeetingModel, PreferencesModel, TalkModel } from './models.ts';
import { createPictures } from './pictures.ts';
import { createPreferences } from './preferences.ts';
import { RequestError } from '../api/RequestError.ts';
import { createSession, type Session } from './session.ts';
import { keptInTab, keptLocally } from './storage.ts';
import type { Talk } from './talk.ts';

/** Everything that views need, over the server that the page came from. */
export function createApp(): AppModel {
  const deviceId = keptDeviceId();
  const session = createSession(deviceId);
  const line = createLine(session);
  const devices = createDevices();
  const meeting = signal<MeetingModel | null>(null);
  const preferences = createPreferences();
  const place = keptInTab('meeting');
  let returnTo = place.get();
  const rest = session.rest;
  let lobby: Lobby | null = null;
  /** What the meeting was entered by. */
  let entered: string | null = null;
  let controller: MeetingController | null = null;

  /** One place at a time: what was open before another lobby is left, or put away if it is over. */
  function makeRoom(ref: string): void {
    lobby?.close();
    const before = meeting.peek();
    if (!before) return;
    const live = before.phase.peek().is === 'in';
    if (live && entered === ref) return;
    meeting.value = null;
    if (live) void before.leave();
  }

  /** Camera and microphone go off, unless something here is heard and seen by them still. */
  function releaseIfUnused(): void {
    const here = meeting.peek();
    const inMeeting = here?.phase.peek().is === 'in';
    // A lobby stays behind its meeting, and whoever was turned away has nothing to get ready for.
    const inLobby = lobby !== null && here === null && lobby.denial.peek() === null;
    if (inMeeting || inLobby || isUnderWay(app.talk.peek()?.calls.current.peek())) return;
    devices.close();
  }

  /** One conversation at a time, which whoever joins was told. A call that moves is this meeting itself. */
  function endCall(): void {
    const calls = app.talk.peek()?.calls;
    const call = calls?.current.peek();
    if (isUnderWay(call) && call.phase.is !== 'moving') void calls?.hangUp();
  }

  const callsApp: CallsApp = {
    devices,
    async enterMeeting(code) {
      const direct = app.createLobby(code);
      await direct.load();
      await direct.join({});
      const failure = direct.failure.peek();
      if (failure || !controller) {
        // Nobody looks at it: it must not keep the devices.
        app.closeLobby(direct);
        throw new RequestError({ code: failure?.code ?? 'INTERNAL' });
      }
      return controller;
    },
    releaseDevices: releaseIfUnused,
  };

  const app: AppModel = {
    session,
    preferences,
    talk: followTalk({ session, line, preferences, callsApp }),
    home: createHome(rest),
    devices,
    pictures: createPictures({
      fetchPicture: (address) => rest.fetchPicture(address),
      selfId: computed(() => session.user.value?.id ?? null),
    }),
    createAdmin: () => createAdmin(rest),
    async listen(roomId, { preview } = { preview: false }) {
      const [{ createListening }, { createPlayer }] = await Promise.all([
        import('./live/listening.ts'),
        import('./live/player.ts'),
      ]);
      // A guest's token opens a meeting, and no live room.
      const hasAccount = session.token() !== null && session.guestOf() === null;
      const expire = (): void => session.expire();
      return createListening({ rest, roomId, hasAccount, preview, expire, createPlayer });
    },
    async ownLiveRooms(meetingId) {
      return (await import('./live/ownRooms.ts')).createOwnRooms(rest, meetingId);
    },
    async ownRecordings(meetingId) {
      const { createOwnRecordings } = await import('./recordings/ownRecordings.ts');
      return createOwnRecordings(rest, meetingId);
    },
    openShared: (token) => rest.call('openSharedRecording', { body: { token } }),
    async recordingChat(recordingId, ticket) {
      const asked = { params: { recordingId }, query: { ticket } };
      return (await rest.call('readRecordingChat', asked)).messages;
    },
    meeting,
    get returnTo() {
      return returnTo;
    },
    createLobby(ref) {
      makeRoom(ref);
      lobby = createLobby({
        ref,
        session,
        line,
        devices,
        releaseDevices: releaseIfUnused,
        deviceId,
        onWaiting(waits) {
          place.set(waits ? ref : null);
          if (!waits) returnTo = null;
        },
        onSentBack() {
          meeting.value = null;
          // From the page that is looked at, if it is.
          queueMicrotask(() => void lobby?.join({}));
        },
        onJoined(joined) {
          const { model } = joined;
          controller = joined;
          meeting.value = model;
          endCall();
          entered = ref;
          place.set(ref);
          // A reload comes back; whoever has left does not.
          const stop = effect(() => {
            if (model.phase.value.is !== 'over') return;
            place.set(null);
            returnTo = null;
            queueMicrotask(() => stop());
          });
        },
      });
      return lobby;
    },
    closeLobby(left) {
      // Another may have taken its place already.
      if (left !== lobby) return;
      lobby.close();
      lobby = null;
      // What is live goes on beside other pages; what only waits must not begin there unseen.
      releaseIfUnused();
    },
  };
  return app;
}

/** Of whoever is signed in. Its code comes beside the page, not before it. */
function followTalk({
  session,
  line,
  preferences,
  callsApp,
}: {
  session: Session;
  line: Line;
  preferences: PreferencesModel;
  callsApp: CallsApp;
}): ReadonlySignal<TalkModel | null> {
  const talk = signal<Talk | null>(null);
  let shown: { id: string | undefined; signaling: SignalingClient | null } | null = null;
  effect(() => {
    const self = session.user.value;
    const signaling = line.signaling.value;
    // Another name makes nobody somebody else.
    if (shown?.id === self?.id && shown?.signaling === signaling) return;
    shown = { id: self?.id, signaling };
    talk.peek()?.close();
    talk.value = null;
    if (self?.email === null || self === null || signaling === null) return;
    void import('./talk.ts').then(({ createTalk }) => {
      // Somebody else may be here by now.
      if (session.user.peek()?.id !== self.id || line.signaling.peek() !== signaling) return;
      talk.value = createTalk({
        ...{ self, session, signaling, rest: session.rest, preferences, callsApp },
      });
    });
  });
  return talk;
}

/** Tells the server that a reloaded page is the same device. */
function keptDeviceId(): string {
  const kept = keptLocally('device-id');
  const known = kept.get();
  if (known !== null) return known;
  const made = createId();
  kept.set(made);
  return made;
}
