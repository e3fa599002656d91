import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emitter } from '../../../../client/api/Emitter.ts';
import type { AnyNotification, SignalingState } from '../../../../client/api/SignalingClient.ts';
import { createLobby, type Lobby } from '../../../../client/state/lobby.ts';

type Answer = (name: string, payload: unknown) => Promise<unknown>;

/** What a lobby uses of a connection, driven by the test. */
class FakeSignaling extends Emitter<{
  state: [SignalingState];
  notification: [AnyNotification];
}> {
  state: SignalingState = { is: 'connected' };
  closed = false;
  readonly asked: { name: string; payload: unknown }[] = [];
  answer: Answer = () => new Promise(() => undefined);

  connect(): void {
    signalings.push(this);
  }
  connected(): Promise<void> {
    return Promise.resolve();
  }
  request(name: string, payload: unknown): Promise<unknown> {
    this.asked.push({ name, payload });
    return this.answer(name, payload);
  }
  close(): void {
    this.closed = true;
  }
  tell(name: string, payload: object): void {
    this.emit('notification', { name, payload } as AnyNotification);
  }
  become(state: SignalingState): void {
    this.state = state;
    this.emit('state', state);
  }
}

const signalings: FakeSignaling[] = [];
const heard: string[] = [];
let failing = false;

vi.mock('../../../../client/api/SignalingClient.ts', () => ({
  get SignalingClient() {
    return FakeSignaling;
  },
}));
vi.mock('../../../../client/media/device.ts', () => ({ prepareDevice: () => Promise.resolve() }));
vi.mock('../../../../client/state/meeting.ts', () => ({
  /** A meeting that only listens. */
  MeetingController: class {
    readonly begun = failing ? Promise.reject(new Error('no media')) : Promise.resolve();
    readonly model;
    constructor({ signaling }: { signaling: FakeSignaling }) {
      this.model = {
        leave: async () => {
          signaling.close();
          await Promise.resolve();
        },
      };
      signaling.on('notification', ({ name }) => heard.push(name));
    }
  },
}));

const track = () => ({ wanted: signal(true), track: signal(null) });
const devices = { camera: track(), microphone: track(), open: vi.fn() };
const released = vi.fn();
const joined = vi.fn();
const waits = vi.fn();

function open(): Lobby {
  const session = {
    user: signal({ id: 'u', name: 'Ada', email: 'ada@example.org' }),
    rest: { call: () => Promise.resolve({ meeting: { id: 'm' } }) },
    token: () => 'token',
    guestOf: () => null,
    expire: vi.fn(),
  };
  return createLobby({
    ref: 'm',
    session,
    // As of a guest, whose connection is the lobby's own.
    line: { open: () => null },
    devices,
    releaseDevices: released,
    deviceId: 'laptop',
    onJoined: joined,
    onSentBack: vi.fn(),
    onWaiting: waits,
  } as unknown as Parameters<typeof createLobby>[0]);
}

const place = { meetingId: 'm', participantId: 'p', position: 1, message: null };
/** As between two messages on the wire. */
const later = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  // What a page has and this process has not.
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('removeEventListener', vi.fn());
  vi.stubGlobal('navigator', { onLine: true });
});
afterEach(() => {
  vi.clearAllMocks();
  vi.unstubAllGlobals();
  signalings.length = 0;
  heard.length = 0;
  failing = false;
});

async function signalingOf(lobby: Lobby): Promise<FakeSignaling> {
  await lobby.load();
  const [signaling] = signalings;
  if (!signaling) throw new Error('the lobby has no connection');
  return signaling;
}

async function waitIn(lobby: Lobby): Promise<FakeSignaling> {
  const signaling = await signalingOf(lobby);
  void lobby.join({ takeOver: true });
  await vi.waitFor(() => expect(signaling.asked).toHaveLength(1));
  signaling.tell('waiting-room-entered', place);
  await vi.waitFor(() => expect(lobby.waiting.value).not.toBeNull());
  return signaling;
}

test('what is told right after the entry reaches the meeting', async () => {
  const lobby = open();
  const signaling = await signalingOf(lobby);
  void lobby.join({});
  await vi.waitFor(() => expect(signaling.asked).toHaveLength(1));
  signaling.tell('meeting-joined', {});
  await Promise.resolve().then(() => later());
  signaling.tell('waiting-room', {});
  await vi.waitFor(() => expect(joined).toHaveBeenCalledOnce());
  expect(heard).toEqual(['waiting-room']);
});

test('… also out of the waiting room', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.tell('meeting-joined', {});
  signaling.tell('participant-joined', {});
  await vi.waitFor(() => expect(joined).toHaveBeenCalledOnce());
  expect(heard).toEqual(['participant-joined']);
  expect(lobby.waiting.value).toBeNull();
});

test('a meeting that cannot begin is told as a failure, and its connection is given back', async () => {
  failing = true;
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.tell('meeting-joined', {});
  await vi.waitFor(() => expect(lobby.failure.value).not.toBeNull());
  expect(lobby.waiting.value).toBeNull();
  expect(waits).toHaveBeenLastCalledWith(false);
  expect(signaling.closed).toBe(true);
});

test('a place is taken up again after a lost connection, but not taken from another device', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.become({ is: 'connecting', attempt: 1, nextTryAt: null });
  signaling.become({ is: 'connected' });
  const again = signaling.asked.filter(({ name }) => name === 'join-meeting').at(-1);
  expect(again?.payload).toMatchObject({ meetingId: 'm', deviceId: 'laptop', takeOver: false });
});

test('a place that its meeting has lost is asked for again', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.tell('meeting-left', { ...place, reason: 'connection-lost' });
  expect(signaling.asked.filter(({ name }) => name === 'join-meeting')).toHaveLength(2);
  signaling.tell('meeting-joined', {});
  await vi.waitFor(() => expect(joined).toHaveBeenCalledOnce());
});

test('a place that another device has taken is not', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.tell('meeting-left', { ...place, reason: 'replaced' });
  expect(signaling.asked.filter(({ name }) => name === 'join-meeting')).toHaveLength(1);
  expect(lobby.failure.value).toMatchObject({ code: 'ALREADY_JOINED' });
});

test('whoever is turned away has the devices released, and opens them by asking again', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  signaling.tell('join-denied', { meetingId: 'm', code: 'FORBIDDEN' });
  expect(lobby.denial.value).toEqual({ code: 'FORBIDDEN', message: null });
  expect(released).toHaveBeenCalledOnce();
  void lobby.join({});
  expect(devices.open).toHaveBeenCalledOnce();
});

test('a lobby that nobody looks at gives up the place in the queue', async () => {
  const lobby = open();
  const signaling = await waitIn(lobby);
  lobby.close();
  expect(signaling.asked.at(-1)?.name).toBe('leave-meeting');
  expect(signaling.closed).toBe(true);
});
