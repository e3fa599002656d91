import { describe, expect, test } from 'vitest';
import {
  followPath,
  judgePaths,
  nextRestart,
  QUIET_AFTER_CHANGE_MS,
  QUIET_MS,
  type PathHistory,
  type PathSample,
  type Restarts,
} from '../../../../client/media/stall.ts';

const STEP_MS = 500;
const START: PathSample = {
  at: 0,
  packetsReceived: 100,
  packetsSent: 100,
  checksSent: 5,
  checksAnswered: 5,
};

/** What grows with every sample. */
type Growth = Partial<Omit<PathSample, 'at'>>;

const VIDEO: Growth = { packetsReceived: 5, packetsSent: 60 };
const VIDEO_UNACKNOWLEDGED: Growth = { packetsSent: 30 };
const DTX: Growth = { packetsReceived: 1, packetsSent: 1 };
const NOTHING: Growth = {};
const CHECKS_UNANSWERED: Growth = { checksSent: 8 };

/** The history after these growths, one for each half of a second. */
function after(...growths: Growth[]): PathHistory {
  let history = followPath(null, START);
  for (const growth of growths) {
    const { latest } = history;
    history = followPath(history, {
      at: latest.at + STEP_MS,
      packetsReceived: latest.packetsReceived + (growth.packetsReceived ?? 0),
      packetsSent: latest.packetsSent + (growth.packetsSent ?? 0),
      checksSent: latest.checksSent + (growth.checksSent ?? 0),
      checksAnswered: latest.checksAnswered + (growth.checksAnswered ?? 0),
    });
  }
  return history;
}

const times = (count: number, growth: Growth): Growth[] => Array<Growth>(count).fill(growth);

describe('judgePaths', () => {
  test('finds both paths dead when video is not acknowledged and nothing is received', () => {
    const send = after(VIDEO, ...times(3, VIDEO_UNACKNOWLEDGED));
    const recv = after(VIDEO, ...times(3, NOTHING));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: true, recv: true });
  });

  test('waits for the whole time', () => {
    const send = after(VIDEO, ...times(2, VIDEO_UNACKNOWLEDGED));
    const recv = after(VIDEO, ...times(2, NOTHING));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: false });
    expect(judgePaths(send, recv, QUIET_AFTER_CHANGE_MS)).toEqual({ send: true, recv: true });
  });

  test('leaves the path alone when only the others fall silent', () => {
    const send = after(VIDEO, ...times(20, VIDEO));
    const recv = after(VIDEO, ...times(20, NOTHING));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('leaves the path alone when everybody falls silent and the checks are answered', () => {
    // One check in 2.5 seconds.
    const checked = [...times(4, NOTHING), { checksSent: 1, checksAnswered: 1 }];
    const quiet = after(VIDEO, ...checked, ...checked, ...times(4, NOTHING));
    expect(judgePaths(quiet, quiet, QUIET_MS)).toEqual({ send: false, recv: false });
    expect(judgePaths(null, quiet, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('leaves the path alone when the camera and the microphone go off', () => {
    const send = after(VIDEO, ...times(3, { packetsSent: 1 }));
    const recv = after(VIDEO, ...times(3, NOTHING));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('takes the acknowledgement of silence for a sign of life', () => {
    const send = after(VIDEO, ...times(20, DTX));
    const recv = after(VIDEO, ...times(20, NOTHING));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('finds a path dead by which nothing is sent when its checks stay unanswered', () => {
    const recv = after(VIDEO, NOTHING, ...times(3, CHECKS_UNANSWERED));
    expect(judgePaths(null, recv, QUIET_MS)).toEqual({ send: false, recv: true });
    const send = after(NOTHING);
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: true });
  });

  test('allows for one lost check, and for the latest ones', () => {
    const lost = after(VIDEO, NOTHING, { checksSent: 1 }, NOTHING);
    const underWay = after(VIDEO, ...times(3, NOTHING), CHECKS_UNANSWERED);
    expect(judgePaths(null, lost, QUIET_MS)).toEqual({ send: false, recv: false });
    expect(judgePaths(null, underWay, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('does not take lost acknowledgements for a dead path while something is received', () => {
    const send = after(VIDEO, ...times(6, VIDEO_UNACKNOWLEDGED));
    const recv = after(VIDEO, ...times(6, VIDEO));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: false });
  });

  test('finds one of two paths dead by its own checks', () => {
    const send = after(VIDEO, ...times(6, VIDEO));
    const recv = after(VIDEO, ...times(6, CHECKS_UNANSWERED));
    expect(judgePaths(send, recv, QUIET_MS)).toEqual({ send: false, recv: true });
  });

  test('knows nothing of a path that is not there', () => {
    expect(judgePaths(null, null, QUIET_MS)).toEqual({ send: false, recv: false });
  });
});

describe('followPath', () => {
  test('tells when something arrives', () => {
    expect(after(VIDEO).flows).toBe(true);
    expect(after({ checksSent: 1, checksAnswered: 1 }).flows).toBe(true);
    expect(after(VIDEO_UNACKNOWLEDGED).flows).toBe(false);
    expect(after().flows).toBe(false);
  });

  test('begins anew after a sleep, without taking that for silence', () => {
    const before = after(VIDEO, VIDEO_UNACKNOWLEDGED);
    const woken = followPath(before, { ...before.latest, at: before.latest.at + 60_000 });
    expect(judgePaths(woken, null, QUIET_MS)).toEqual({ send: false, recv: false });
    expect(woken.flows).toBe(false);
  });

  test('is not misled by counters of a pair of candidates that is gone', () => {
    const before = after(VIDEO);
    const fewer = { ...before.latest, at: before.latest.at + STEP_MS, checksAnswered: 0 };
    expect(followPath(before, fewer).flows).toBe(false);
  });
});

describe('nextRestart', () => {
  test('comes at once, then after 5 seconds, then every 10', () => {
    const at: number[] = [];
    let restarts: Restarts | null = null;
    for (let now = 0; now <= 40_000; now += STEP_MS) {
      const next: Restarts | null = nextRestart(restarts, now);
      if (!next) continue;
      restarts = next;
      at.push(now);
    }
    expect(at).toEqual([0, 5_000, 15_000, 25_000, 35_000]);
  });

  test('comes at once again on a path that was good for long', () => {
    const restarts = { count: 3, lastAt: 0 };
    expect(nextRestart(restarts, 9_000)).toBeNull();
    expect(nextRestart(restarts, 60_000)).toEqual({ count: 1, lastAt: 60_000 });
  });
});
