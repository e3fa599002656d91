import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PeerCall } from '../../../../client/media/PeerCall.ts';

const onChange = new Set<() => void>();
const changeNetwork = (): void => onChange.forEach((listener) => listener());
vi.mock('../../../../client/api/networkChange.ts', () => ({
  onNetworkChange(listener: () => void) {
    onChange.add(listener);
    return () => onChange.delete(listener);
  },
}));

/** What a call uses of the browser's connection: descriptions and states, and no network. */
class Connection {
  signalingState = 'stable';
  iceConnectionState = 'new';
  connectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: { toJSON(): object } | null }) => void) | null = null;
  ontrack: ((event: { track: MediaStreamTrack }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  readonly transceivers: { kind: string; direction: string; sent: unknown }[] = [];
  readonly candidates: unknown[] = [];
  restarts = 0;
  closed = false;
  readonly #name: string;
  #offers = 0;

  constructor(name: string) {
    this.#name = name;
  }

  addTransceiver(kind: string, { direction }: { direction: string }) {
    return this.#add(kind, direction);
  }
  getTransceivers() {
    return this.transceivers;
  }
  async setLocalDescription() {
    await Promise.resolve();
    if (this.signalingState === 'have-remote-offer') {
      this.localDescription = { type: 'answer', sdp: `to ${this.remoteDescription?.sdp}` };
      this.signalingState = 'stable';
    } else {
      this.localDescription = { type: 'offer', sdp: `${this.#name} ${++this.#offers}` };
      this.signalingState = 'have-local-offer';
    }
  }
  async setRemoteDescription(description: { type: string; sdp: string }) {
    await Promise.resolve();
    if (description.type === 'answer' && description.sdp !== `to ${this.localDescription?.sdp}`) {
      throw new Error(`${description.sdp} is no answer to ${this.localDescription?.sdp}`);
    }
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    if (this.transceivers.length > 0) return;
    for (const kind of ['audio', 'video']) this.#add(kind, 'recvonly');
  }
  async addIceCandidate(candidate: unknown) {
    await Promise.resolve();
    if (!this.remoteDescription) throw new Error('no description to which it belongs');
    this.candidates.push(candidate);
  }
  restartIce() {
    this.restarts++;
    if (this.signalingState === 'stable') this.onnegotiationneeded?.();
  }
  getStats() {
    return Promise.resolve(new Map());
  }
  close() {
    this.closed = true;
  }
  become(state: 'connected' | 'disconnected' | 'failed'): void {
    this.iceConnectionState = state;
    this.oniceconnectionstatechange?.();
    if (state === 'disconnected') return;
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  #add(kind: string, direction: string) {
    const one = {
      ...{ kind, direction, sent: null as unknown, receiver: { track: { kind } } },
      sender: {
        replaceTrack: (track: unknown) => {
          one.sent = track;
          return Promise.resolve();
        },
      },
    };
    this.transceivers.push(one);
    return one;
  }
}

interface End {
  call: PeerCall;
  connection: Connection;
  said: string[];
}

const CONFIG = { iceServers: [], iceTransportPolicy: 'all' } as const;
const errors: unknown[] = [];
const open: PeerCall[] = [];

function end(name: string, polite: boolean): End {
  const connection = new Connection(name);
  const connect = () => connection as unknown as RTCPeerConnection;
  const call = new PeerCall(CONFIG, polite, connect);
  const said: string[] = [];
  call.on('offer', (sdp) => said.push(`offer ${sdp}`));
  call.on('answer', (sdp) => said.push(`answer ${sdp}`));
  call.on('connected', (path) => said.push(`connected ${path}`));
  call.on('interrupted', () => said.push('interrupted'));
  open.push(call);
  return { call, connection, said };
}

/** The caller, who is not polite, and the callee; `join` has each hear what the other says. */
function pair() {
  const [caller, callee] = [end('caller', false), end('callee', true)];
  const join = (): void => {
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      from.call.on('offer', (sdp) => to.call.handleOffer(sdp));
      from.call.on('answer', (sdp) => to.call.handleAnswer(sdp));
    }
  };
  return { caller, callee, join };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const track = (kind: string) => ({ kind, muted: true }) as unknown as MediaStreamTrack;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('reportError', (error: unknown) => errors.push(error));
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  expect(errors.splice(0)).toEqual([]);
});

test('the caller offers, the callee answers, and both send what they have', async () => {
  const { caller, callee, join } = pair();
  const [voice, face] = [track('audio'), track('video')];
  caller.call.setTrack('audio', voice);
  callee.call.setTrack('audio', voice);
  callee.call.setTrack('video', face);
  join();
  caller.call.begin();
  caller.connection.onnegotiationneeded?.();
  await settled();
  expect(caller.said).toEqual(['offer caller 1']);
  expect(callee.said).toEqual(['answer to caller 1']);
  const sent = ({ connection }: End) =>
    connection.transceivers.map(({ kind, direction, sent }) => [kind, direction, sent]);
  expect(sent(caller)).toEqual([
    ['audio', 'sendrecv', voice],
    ['video', 'recvonly', null],
  ]);
  expect(sent(callee)).toEqual([
    ['audio', 'sendrecv', voice],
    ['video', 'sendrecv', face],
  ]);
  callee.call.setTrack('video', null);
  expect(sent(callee)[1]).toEqual(['video', 'recvonly', null]);
});

describe('when both offer at once', () => {
  test('the polite one gives way', async () => {
    const { caller, callee, join } = pair();
    join();
    caller.call.begin();
    caller.connection.onnegotiationneeded?.();
    await settled();
    caller.connection.onnegotiationneeded?.();
    callee.connection.onnegotiationneeded?.();
    await settled();
    expect(caller.said).toEqual(['offer caller 1', 'offer caller 2']);
    expect(callee.said).toEqual([
      ...['answer to caller 1', 'offer callee 1', 'answer to caller 2'],
    ]);
    for (const { connection } of [caller, callee]) expect(connection.signalingState).toBe('stable');
  });

  test('whatever comes of the offer that was not taken is left alone', async () => {
    const { caller } = pair();
    caller.connection.onnegotiationneeded?.();
    await settled();
    caller.call.handleOffer('callee 1');
    // Candidates of it fit nothing.
    caller.call.handleCandidate({ candidate: 'of callee 1' });
    await settled();
    expect(caller.said).toEqual(['offer caller 1']);
    caller.call.handleAnswer('to caller 1');
    await settled();
    expect(caller.connection.signalingState).toBe('stable');
    // The next one is.
    caller.call.handleOffer('callee 2');
    caller.call.handleCandidate({ candidate: 'of callee 2' });
    await settled();
    expect(caller.said.at(-1)).toBe('answer to callee 2');
    expect(caller.connection.candidates).toEqual([{ candidate: 'of callee 2' }]);
  });
});

test('an answer that comes late, to an offer that was taken back, changes nothing', async () => {
  const { callee } = pair();
  callee.connection.onnegotiationneeded?.();
  await settled();
  callee.call.handleOffer('caller 1');
  await settled();
  callee.call.handleAnswer('to callee 1');
  await settled();
  expect(callee.connection.remoteDescription).toEqual({ type: 'offer', sdp: 'caller 1' });
  expect(callee.connection.signalingState).toBe('stable');
});

describe('a path', () => {
  /** Two who have spoken. */
  async function talking() {
    const both = pair();
    both.join();
    both.caller.call.begin();
    both.caller.connection.onnegotiationneeded?.();
    await settled();
    both.caller.connection.become('connected');
    await settled();
    both.caller.said.length = 0;
    return both;
  }

  test('that is silent for a moment may come back by itself', async () => {
    const { caller } = await talking();
    caller.connection.become('disconnected');
    await vi.advanceTimersByTimeAsync(1_900);
    caller.connection.become('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(caller.connection.restarts).toBe(0);
    expect(caller.said[0]).toBe('interrupted');
    expect(caller.said.at(-1)).toBe('connected host');
  });

  test('that is lost is looked for until there is one, also where no state changes', async () => {
    const { caller } = await talking();
    caller.connection.become('disconnected');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(caller.connection.restarts).toBe(1);
    expect(caller.said).toEqual(['interrupted', 'offer caller 2']);
    caller.connection.become('failed');
    await vi.advanceTimersByTimeAsync(30_000);
    const tries = caller.connection.restarts;
    expect(tries).toBeGreaterThanOrEqual(5);
    expect(tries).toBeLessThanOrEqual(8);
    caller.connection.become('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(caller.connection.restarts).toBe(tries);
  });

  test('is looked for anew in another network, and after signaling was lost', async () => {
    const { caller } = await talking();
    changeNetwork();
    expect(caller.connection.restarts).toBe(1);
    await settled();
    caller.call.catchUp();
    expect(caller.connection.restarts).toBe(2);
  });

  test('is not looked for when nothing was ever agreed, or all is over', async () => {
    const { caller } = pair();
    changeNetwork();
    expect(caller.connection.restarts).toBe(0);
    const both = await talking();
    both.caller.connection.become('disconnected');
    both.caller.call.close();
    both.caller.connection.become('failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(both.caller.connection.restarts).toBe(0);
    expect(both.caller.connection.closed).toBe(true);
  });
});

test('an offer that was lost with signaling is said again', async () => {
  const { caller } = pair();
  caller.call.begin();
  caller.connection.onnegotiationneeded?.();
  await settled();
  caller.call.catchUp();
  expect(caller.said).toEqual(['offer caller 1', 'offer caller 1']);
});

test('sound is played at once, and a picture is shown when there is one', () => {
  const { caller } = pair();
  const told: unknown[] = [];
  caller.call.on('track', (kind, one) => told.push([kind, one !== null]));
  const [voice, face] = [track('audio'), track('video')];
  caller.connection.ontrack?.({ track: voice });
  caller.connection.ontrack?.({ track: face });
  Object.assign(face, { muted: false });
  face.onunmute?.(new Event('unmute'));
  expect(told).toEqual([
    ['audio', true],
    ['video', false],
    ['video', true],
  ]);
});

test('an offer that was lost while the other end was away is made again when that one offers', async () => {
  const { caller, callee, join } = pair();
  join();
  caller.call.begin();
  caller.connection.onnegotiationneeded?.();
  await settled();
  expect(caller.connection.signalingState).toBe('stable');
  // The callee hears nothing of it.
  const handleOffer = vi.spyOn(callee.call, 'handleOffer').mockImplementation(() => undefined);
  caller.call.restart();
  await settled();
  expect(caller.connection.signalingState).toBe('have-local-offer');
  handleOffer.mockRestore();
  await vi.advanceTimersByTimeAsync(3_000);
  callee.call.catchUp();
  await settled();
  await settled();
  expect([caller, callee].map(({ connection }) => connection.signalingState)).toEqual([
    'stable',
    'stable',
  ]);
});

test('an offer that nobody answers while a path is looked for is made again', async () => {
  const { caller } = pair();
  caller.call.begin();
  caller.connection.onnegotiationneeded?.();
  await settled();
  const first = caller.said.length;
  caller.connection.become('disconnected');
  await vi.advanceTimersByTimeAsync(8_500);
  expect(caller.said.slice(first)).toEqual(['interrupted', 'offer caller 1', 'offer caller 1']);
});

test('an offer that comes twice has one answer, which is taken once', async () => {
  const { caller, callee } = pair();
  caller.call.on('offer', (sdp) => callee.call.handleOffer(sdp));
  caller.call.begin();
  caller.connection.onnegotiationneeded?.();
  await settled();
  callee.call.handleOffer('caller 1');
  await settled();
  expect(callee.said).toEqual(['answer to caller 1', 'answer to caller 1']);
  caller.call.handleAnswer('to caller 1');
  await settled();
  // Another path is looked for when the second answer comes, which is none to this offer.
  caller.call.restart();
  await settled();
  caller.call.handleAnswer('to caller 1');
  await settled();
  expect(caller.connection.signalingState).toBe('have-local-offer');
  caller.call.handleAnswer('to caller 2');
  await settled();
  expect(caller.connection.signalingState).toBe('stable');
});
