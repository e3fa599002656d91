import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { Emitter } from '../../../../client/api/Emitter.ts';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { AnyNotification } from '../../../../client/api/SignalingClient.ts';
import { CallController } from '../../../../client/state/CallController.ts';

export const BOB = { id: 'bob', name: 'Bob' };
const CONFIG = { iceServers: [], iceTransportPolicy: 'all' };

/** One end of what flows: it only notes what is asked of it. */
class Peer extends Emitter<{ connected: [string]; interrupted: [] }> {
  readonly asked: string[] = [];
  readonly polite: boolean;

  constructor(polite: boolean) {
    super();
    this.polite = polite;
  }
  begin() {
    this.asked.push('begin');
  }
  handleOffer(sdp: string) {
    this.asked.push(`offer ${sdp}`);
  }
  handleAnswer(sdp: string) {
    this.asked.push(`answer ${sdp}`);
  }
  handleCandidate() {
    this.asked.push('candidate');
  }
  catchUp() {
    this.asked.push('catch up');
  }
  figures() {
    return Promise.reject(new Error('nothing is measured'));
  }
  connect() {
    this.emit('connected', 'host');
  }
  interrupt() {
    this.emit('interrupted');
  }
}

const track = () => ({ setWanted: () => Promise.resolve() });

/** A page with a call, whose server, devices and media are driven by the test. */
export class CallPage {
  readonly calls: CallController;
  readonly peers: Peer[] = [];
  readonly closed: string[] = [];
  readonly asked: [name: string, payload: Record<string, unknown>][] = [];
  /** What the server answers to requests of that name; nothing in particular to others. */
  readonly answers: Record<string, () => Promise<unknown>> = {
    'call:initiate': () => Promise.resolve({ callId: 'call-1', to: BOB.id }),
    'call:upgrade': () => Promise.resolve({ meetingId: 'm', code: 'abc' }),
  };
  /** The call that the tab was in before it was reloaded, or is in. */
  kept: string | null = null;
  claimed = Promise.resolve('tab-1');
  /** Codes of meetings. */
  readonly entered: string[] = [];
  enter: () => Promise<unknown> = () => Promise.resolve({ hears: () => Promise.resolve(true) });
  /** How often the devices were needed no more. */
  released = 0;

  constructor() {
    this.calls = new CallController({
      signaling: {
        request: (name: string, payload: Record<string, unknown>) => {
          this.asked.push([name, payload]);
          return this.answers[name]?.() ?? Promise.resolve({});
        },
      },
      devices: { microphone: track(), camera: track(), speaker: signal(null) },
      device: {
        id: () => this.claimed,
        call: () => Promise.resolve(this.kept),
        keep: (callId: string | null) => (this.kept = callId),
        close: () => undefined,
      },
      openPeer: ({ polite }: { polite: boolean }) => {
        const peer = new Peer(polite);
        this.peers.push(peer);
        const audio = { close: () => this.closed.push('audio') };
        return { peer, audio, close: () => this.closed.push('all') };
      },
      enterMeeting: (code: string) => {
        this.entered.push(code);
        return this.enter();
      },
      releaseDevices: () => this.released++,
    } as unknown as ConstructorParameters<typeof CallController>[0]);
  }

  phase() {
    return this.calls.current.value?.phase;
  }

  /** Of what was asked of the server. */
  names(): string[] {
    return this.asked.map(([name]) => name);
  }

  tell(name: string, payload: object): void {
    this.calls.handle({ name, payload } as AnyNotification);
  }

  incoming(callId = 'call-1'): void {
    const payload = { callId, caller: BOB, callType: 'audio', meetingId: null, from: BOB.id };
    this.tell('call:incoming', payload);
  }

  accepted(by: string, callId = 'call-1'): void {
    this.tell('call:accepted', { callId, by, ...CONFIG });
  }

  moved(): void {
    this.tell('call:moved', { callId: 'call-1', meetingId: 'm', code: 'abc', reason: 'invited' });
  }

  async callBob(): Promise<void> {
    void this.calls.call(BOB, 'audio');
    await settled();
  }

  async answerBob(): Promise<void> {
    this.incoming();
    await this.calls.answer(false);
    this.accepted('me');
  }

  /** In a call that Bob has taken, with sound. */
  async talk(): Promise<Peer> {
    await this.callBob();
    this.accepted(BOB.id);
    const peer = this.peers[0] ?? expect.fail('nothing was opened');
    peer.connect();
    return peer;
  }
}

/** With the clock of the test. */
export function settled() {
  return vi.advanceTimersByTimeAsync(0);
}

export function refusal(code: string) {
  return () => Promise.reject(new RequestError({ code: code as RequestError['code'] }));
}

/** As the server tells of a call that goes on. */
export function live(state: string, direction: string, callId = 'call-1') {
  return {
    call: { callId, callType: 'audio', state, direction, with: BOB, meetingId: null, ...CONFIG },
    missed: 2,
  };
}

/** With a clock of the test's own, and what a page has and this process has not. */
export function useFakePage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('addEventListener', vi.fn());
    vi.stubGlobal('removeEventListener', vi.fn());
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
