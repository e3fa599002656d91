import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallEnd } from '../../../../client/state/callsModels.ts';
import { BOB, CallPage, refusal, settled, useFakePage } from './CallPage.ts';

let page: CallPage;

useFakePage();
beforeEach(() => {
  page = new CallPage();
});

describe('a call that is begun', () => {
  test('rings, connects, and is talked in', async () => {
    const begun = page.calls.call(BOB, 'audio');
    expect(page.calls.current.value).toMatchObject({ callId: null, phase: { is: 'outgoing' } });
    await begun;
    expect(page.asked).toEqual([
      ['call:initiate', { to: BOB.id, callType: 'audio', deviceId: 'tab-1' }],
    ]);
    expect(page.calls.current.value?.callId).toBe('call-1');
    page.accepted(BOB.id);
    expect(page.phase()).toEqual({ is: 'connecting' });
    expect(page.peers[0]).toMatchObject({ polite: false, asked: ['begin'] });
    expect(page.kept).toBe('call-1');
    page.peers[0]?.connect();
    expect(page.phase()).toMatchObject({ is: 'talking', interrupted: false });
    expect(page.asked.at(-1)).toEqual(['call:connected', { callId: 'call-1', path: 'host' }]);
    // A second one is not begun in it, and one that rings is not heard.
    await page.calls.call({ id: 'cat', name: 'Cat' }, 'audio');
    page.incoming('call-2');
    expect(page.calls.current.value?.person).toEqual(BOB);
  });

  test('knows its id from whatever comes first', async () => {
    page.answers['call:initiate'] = () => new Promise(() => undefined);
    await page.callBob();
    page.tell('call:initiated', { callId: 'call-1', to: BOB.id });
    page.accepted(BOB.id);
    expect(page.phase()?.is).toBe('connecting');
  });

  test('that is given up before it has an id is ended when it has one', async () => {
    let answer = (_: unknown): void => undefined;
    page.answers['call:initiate'] = () => new Promise((resolve) => (answer = resolve));
    await page.callBob();
    await page.calls.hangUp();
    expect(page.phase()).toMatchObject({ is: 'over', end: 'cancelled' });
    answer({ callId: 'call-1' });
    await settled();
    expect(page.asked.at(-1)).toEqual(['call:end', { callId: 'call-1' }]);
    // What comes late of it is not heard.
    page.accepted(BOB.id);
    expect(page.peers).toEqual([]);
  });

  test('that is given up before the tab knows who it is asks for nothing', async () => {
    let claim = (_: string): void => undefined;
    page.claimed = new Promise((resolve) => (claim = resolve));
    await page.callBob();
    await page.calls.hangUp();
    claim('tab-1');
    await settled();
    expect(page.asked).toEqual([]);
  });

  test('that may not be made says why', async () => {
    page.answers['call:initiate'] = refusal('RATE_LIMITED');
    await page.callBob();
    expect(page.phase()).toMatchObject({
      ...{ is: 'over', end: 'could-not', failure: { code: 'RATE_LIMITED' } },
    });
    expect(page.released).toBe(1);
    page.calls.dismiss();
    expect(page.calls.current.value).toBeNull();
  });
});

describe('two who ring each other', () => {
  test('are in the call of the other one, whose end begins', async () => {
    // The server has taken this one's request as the answer to Bob's, and says so first.
    page.answers['call:initiate'] = () => new Promise(() => undefined);
    await page.callBob();
    page.incoming('bobs-call');
    expect(page.phase()?.is).toBe('outgoing');
    page.accepted('me', 'bobs-call');
    expect(page.calls.current.value?.callId).toBe('bobs-call');
    expect(page.peers[0]).toMatchObject({ polite: true, asked: [] });
  });

  test('are in this one’s call, where it came first', async () => {
    await page.callBob();
    page.accepted(BOB.id);
    expect(page.peers[0]).toMatchObject({ polite: false, asked: ['begin'] });
  });
});

describe('a call that comes', () => {
  test('is taken, and takes what was said early', async () => {
    page.incoming();
    expect(page.phase()).toEqual({ is: 'incoming', intoMeeting: false });
    await page.calls.answer(false);
    expect(page.asked).toEqual([['call:accept', { callId: 'call-1', deviceId: 'tab-1' }]]);
    page.tell('call:offer', { callId: 'call-1', from: BOB.id, offer: { type: 'offer', sdp: '1' } });
    page.tell('ice:candidate', { callId: 'call-1', from: BOB.id, candidate: { candidate: 'c' } });
    page.tell('call:offer', { callId: 'other', from: BOB.id, offer: { type: 'offer', sdp: '2' } });
    page.accepted('me');
    expect(page.peers[0]).toMatchObject({ polite: true, asked: ['offer 1', 'candidate'] });
    // Told twice it is the same call.
    page.accepted('me');
    expect(page.peers).toHaveLength(1);
  });

  test('goes without a word when it is over before it was taken, and does not come again', () => {
    page.incoming();
    page.tell('call:ended', { callId: 'call-1', by: null, reason: 'timeout' });
    expect(page.calls.current.value).toBeNull();
    page.incoming();
    expect(page.calls.current.value).toBeNull();
  });

  test('is declined with words, or without', async () => {
    page.incoming();
    await page.calls.decline('  Later ');
    page.incoming('call-2');
    await page.calls.decline(' ');
    expect(page.asked).toEqual([
      ['call:reject', { callId: 'call-1', message: 'Later' }],
      ['call:reject', { callId: 'call-2' }],
    ]);
    expect(page.calls.current.value).toBeNull();
  });

  test('that another device was quicker with is told as what it is', async () => {
    page.incoming();
    page.answers['call:accept'] = refusal('INVALID_STATE');
    await page.calls.answer(false);
    expect(page.phase()).toMatchObject({ end: 'could-not', failure: { code: 'INVALID_STATE' } });
  });

  test('that is hung up while the tab asks who it is is not taken', async () => {
    let claim = (_: string): void => undefined;
    page.claimed = new Promise((resolve) => (claim = resolve));
    page.incoming();
    const answered = page.calls.answer(false);
    await page.calls.hangUp();
    claim('tab-1');
    await answered;
    expect(page.names()).toEqual(['call:end']);
  });
});

test('it ends for every reason in words of its own', async () => {
  const ends: [string, string, CallEnd][] = [
    ['call:ended', 'hung-up', 'they-hung-up'],
    ['call:rejected', 'declined', 'declined'],
    ['call:rejected', 'busy', 'busy'],
    ['call:rejected', 'offline', 'offline'],
    ['call:rejected', 'timeout', 'timeout'],
    ['call:ended', 'cancelled', 'cancelled'],
    ['call:ended', 'lost', 'lost'],
    ['call:ended', 'failed', 'failed'],
    ['call:ended', 'elsewhere', 'hung-up'],
    ['call:ended', 'moved', 'hung-up'],
  ];
  for (const [name, reason, end] of ends) {
    page = new CallPage();
    await page.callBob();
    page.tell(name, { callId: 'other', by: BOB.id, reason });
    expect(page.phase()?.is, reason).toBe('outgoing');
    page.tell(name, { callId: 'call-1', by: BOB.id, reason, message: 'Later' });
    expect(page.phase(), reason).toMatchObject({ is: 'over', end, message: 'Later' });
    // What comes after the end changes nothing.
    page.tell('call:ended', { callId: 'call-1', by: BOB.id, reason: 'lost' });
    expect(page.phase(), reason).toMatchObject({ end });
  }
});

test('hanging up closes everything, and tells how long it was', async () => {
  await page.talk();
  await vi.advanceTimersByTimeAsync(42_000);
  await page.calls.hangUp();
  expect(page.phase()).toMatchObject({ is: 'over', end: 'hung-up', durationMs: 42_000 });
  expect(page.asked.at(-1)).toEqual(['call:end', { callId: 'call-1' }]);
  expect([page.closed, page.kept, page.released]).toEqual([['all'], null, 1]);
});

test('a path that is lost and found is told, and the call is the same', async () => {
  const peer = await page.talk();
  const before = page.phase();
  peer.interrupt();
  expect(page.phase()).toEqual({ ...before, interrupted: true });
  peer.connect();
  expect(page.phase()).toEqual(before);
});

test('a path that stays lost leads over the server, as soon as that is possible', async () => {
  const peer = await page.talk();
  page.answers['call:upgrade'] = refusal('UNAVAILABLE');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(page.names()).not.toContain('call:upgrade');
  peer.interrupt();
  await vi.advanceTimersByTimeAsync(19_000);
  expect(page.names()).not.toContain('call:upgrade');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(page.names().filter((name) => name === 'call:upgrade')).toHaveLength(1);
  // What flowed may flow again: the call is not given up.
  expect(page.phase()).toMatchObject({ is: 'talking', interrupted: true });
  page.answers['call:upgrade'] = () => Promise.resolve({ meetingId: 'm', code: 'abc' });
  await vi.advanceTimersByTimeAsync(20_000);
  page.moved();
  await settled();
  expect(page.entered).toEqual(['abc']);
});

test('a path that is found again in time leads nowhere else, nor one that needs a relay', async () => {
  const peer = await page.talk();
  peer.interrupt();
  await vi.advanceTimersByTimeAsync(19_000);
  peer.connect();
  await vi.advanceTimersByTimeAsync(60_000);
  const other = new CallPage();
  await other.callBob();
  other.tell('call:accepted', {
    ...{ callId: 'call-1', by: BOB.id, iceServers: [], iceTransportPolicy: 'relay' },
  });
  other.peers[0]?.connect();
  other.peers[0]?.interrupt();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...page.names(), ...other.names()]).not.toContain('call:upgrade');
});
