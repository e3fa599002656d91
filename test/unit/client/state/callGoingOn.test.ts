import { beforeEach, describe, expect, test, vi } from 'vitest';
import { BOB, CallPage, live, refusal, settled, useFakePage } from './CallPage.ts';

let page: CallPage;

useFakePage();
beforeEach(() => {
  page = new CallPage();
});

describe('moving to a meeting', () => {
  test('is asked for where no path is found in time, by the caller first', async () => {
    await page.callBob();
    page.accepted(BOB.id);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(page.names()).not.toContain('call:upgrade');
    await vi.advanceTimersByTimeAsync(100);
    expect(page.phase()).toMatchObject({ is: 'moving', reason: 'no-path', entered: true });
    page = new CallPage();
    await page.answerBob();
    await vi.advanceTimersByTimeAsync(6_900);
    expect(page.phase()?.is).toBe('connecting');
    await vi.advanceTimersByTimeAsync(100);
    expect(page.phase()?.is).toBe('moving');
  });

  test('ends the call where the server does not have it either', async () => {
    page.answers['call:upgrade'] = refusal('NO_CAPACITY');
    await page.callBob();
    page.accepted(BOB.id);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.phase()).toMatchObject({ is: 'over' });
    expect(page.names()).toContain('call:end');
  });

  test('keeps what flows until the other one is heard there and the page is', async () => {
    await page.talk();
    let heard = false;
    page.enter = () => Promise.resolve({ hears: () => Promise.resolve(heard) });
    page.moved();
    await settled();
    expect(page.entered).toEqual(['abc']);
    expect(page.phase()).toMatchObject({ is: 'moving', entered: true, reason: 'invited' });
    page.calls.meetingShown();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(page.closed).toEqual([]);
    heard = true;
    await vi.advanceTimersByTimeAsync(200);
    expect([page.calls.current.value, page.closed, page.kept]).toEqual([null, ['audio'], null]);
    // The other one may hear the meeting a little later.
    await vi.advanceTimersByTimeAsync(3_000);
    expect(page.closed).toEqual(['audio', 'all']);
    expect(page.released).toBe(0);
  });

  test('happens once, whoever tells of it first', async () => {
    await page.talk();
    const asking = page.calls.upgrade(['cat']);
    page.moved();
    await settled();
    page.tell('call:ended', { callId: 'call-1', by: 'me', reason: 'moved' });
    page.calls.meetingShown();
    await asking;
    expect(page.entered).toEqual(['abc']);
    expect(page.asked).toContainEqual(['call:upgrade', { callId: 'call-1', invite: ['cat'] }]);
    expect(page.calls.current.value).toBeNull();
  });

  test('that fails is told', async () => {
    await page.talk();
    page.enter = refusal('FULL');
    page.moved();
    await settled();
    expect(page.phase()).toMatchObject({ is: 'over', end: 'could-not', failure: { code: 'FULL' } });
    expect(page.closed).toEqual(['all']);
  });
});

describe('after the way to the server was lost', () => {
  test('a call that goes on is taken up, and catches up', async () => {
    const peer = await page.talk();
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'outgoing'));
    expect(await page.calls.sync()).toBe(2);
    expect(page.asked.at(-1)).toEqual(['call:resume', { callId: 'call-1', deviceId: 'tab-1' }]);
    expect(peer.asked.at(-1)).toBe('catch up');
  });

  test('one that nobody answered on is asked for with the next connection', async () => {
    const peer = await page.talk();
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'outgoing'));
    page.answers['call:resume'] = refusal('TIMEOUT');
    await page.calls.sync();
    expect(page.phase()?.is).toBe('talking');
    expect(peer.asked).not.toContain('catch up');
  });

  test('one that has moved meanwhile is followed', async () => {
    await page.talk();
    page.answers['call:sync'] = () => Promise.resolve({ call: null, missed: 0 });
    void page.calls.sync();
    await settled();
    expect(page.phase()).toMatchObject({ is: 'moving', code: 'abc' });
  });

  test('one that moves while it is being taken up is followed, too', async () => {
    await page.talk();
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'outgoing'));
    page.answers['call:resume'] = refusal('INVALID_STATE');
    void page.calls.sync();
    await settled();
    expect(page.phase()).toMatchObject({ is: 'moving', code: 'abc' });
  });

  test('one that is over is lost', async () => {
    await page.talk();
    page.answers['call:sync'] = () => Promise.resolve({ call: null, missed: 0 });
    page.answers['call:upgrade'] = refusal('INVALID_STATE');
    await page.calls.sync();
    expect(page.phase()).toMatchObject({ is: 'over', end: 'lost' });
  });

  test('what rings no more is silent, and what rings now is heard', async () => {
    page.incoming();
    page.answers['call:sync'] = () => Promise.resolve({ call: null, missed: 1 });
    await page.calls.sync();
    expect(page.calls.current.value).toBeNull();
    page.answers['call:sync'] = () => Promise.resolve(live('RINGING', 'incoming', 'call-2'));
    await page.calls.sync();
    expect(page.calls.current.value).toMatchObject({ callId: 'call-2', phase: { is: 'incoming' } });
  });

  test('what was answered meanwhile, unheard, goes on over the server', async () => {
    await page.callBob();
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTING', 'outgoing'));
    void page.calls.sync();
    await settled();
    expect(page.names().slice(-2)).toEqual(['call:resume', 'call:upgrade']);
    expect(page.phase()?.is).toBe('moving');
  });
});

describe('a page that was reloaded', () => {
  test('takes its call up, and goes on with it over the server', async () => {
    page.kept = 'call-1';
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'incoming'));
    void page.calls.sync();
    await settled();
    expect(page.asked.slice(1)).toEqual([
      ['call:resume', { callId: 'call-1', deviceId: 'tab-1' }],
      ['call:upgrade', { callId: 'call-1' }],
    ]);
    expect(page.calls.current.value).toMatchObject({ person: BOB, phase: { is: 'moving' } });
  });

  test('leaves alone a call of another tab', async () => {
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'incoming'));
    await page.calls.sync();
    expect(page.calls.current.value).toBeNull();
    expect(page.names()).toEqual(['call:sync']);
  });

  test('asks once for a call that moved while it was away', async () => {
    page.kept = 'call-1';
    page.answers['call:sync'] = () => Promise.resolve(live('CONNECTED', 'incoming'));
    page.answers['call:resume'] = refusal('INVALID_STATE');
    void page.calls.sync();
    await settled();
    expect(page.names()).toEqual(['call:sync', 'call:resume', 'call:upgrade']);
    expect(page.phase()).toMatchObject({ is: 'moving', code: 'abc' });
  });

  test('forgets a call that is over', async () => {
    page.kept = 'call-1';
    page.answers['call:sync'] = () => Promise.resolve({ call: null, missed: 0 });
    await page.calls.sync();
    expect(page.kept).toBeNull();
  });
});
