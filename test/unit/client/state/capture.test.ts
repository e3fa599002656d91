import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CaptureError } from '../../../../client/media/capture.ts';
import { createCapture, type DeviceEvent } from '../../../../client/state/capture.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is used of a track, with what the system does to one. */
class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  stopped = false;

  readonly #deviceId: string;

  constructor(deviceId: string) {
    super();
    this.#deviceId = deviceId;
  }

  getSettings(): { deviceId: string } {
    return { deviceId: this.#deviceId };
  }

  stop(): void {
    this.stopped = true;
  }

  end(): void {
    this.dispatchEvent(new Event('ended'));
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

/** A microphone on a machine with these devices. */
async function microphoneAmong(...devices: string[]) {
  const events: DeviceEvent[] = [];
  const tracks: FakeTrack[] = [];
  const machine = { devices, permission: 'granted' as PermissionState, busy: false };
  const capture = createCapture({
    name: 'microphone',
    keepOpen: true,
    open: (deviceId) => {
      const found = machine.devices.find((id) => id === deviceId) ?? machine.devices[0];
      if (machine.permission === 'denied') return Promise.reject(new CaptureError('denied'));
      if (machine.busy) return Promise.reject(new CaptureError('busy'));
      if (found === undefined) return Promise.reject(new CaptureError('not-found'));
      const track = new FakeTrack(found);
      tracks.push(track);
      return Promise.resolve(track as unknown as MediaStreamTrack);
    },
    permission: () => Promise.resolve(machine.permission),
    onEvent: (event) => events.push(event),
    onOpened: () => undefined,
  });
  const plug = async (...ids: string[]): Promise<void> => {
    machine.devices = ids;
    capture.setChoices(ids.map((id) => ({ id, label: id })));
    await vi.advanceTimersByTimeAsync(0);
  };
  await plug(...devices);
  await capture.open();
  const unplug = async (...remaining: string[]): Promise<void> => {
    machine.devices = remaining;
    tracks.at(-1)?.end();
    await plug(...remaining);
  };
  return { capture, events, tracks, machine, plug, unplug };
}

describe('a microphone that is wanted', () => {
  test('gives way to another one when it is unplugged', async () => {
    const { capture, events, unplug } = await microphoneAmong('headset', 'built-in');
    await unplug('built-in');
    expect(capture.track.value?.getSettings().deviceId).toBe('built-in');
    expect(capture.trouble.value).toBeNull();
    expect(events).toEqual(['changed']);
  });

  test('is opened again without a word when it ends but is still there', async () => {
    const { capture, events, tracks } = await microphoneAmong('headset', 'built-in');
    tracks[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(tracks).toHaveLength(2);
    expect(capture.track.value?.getSettings().deviceId).toBe('headset');
    expect(events).toEqual([]);
  });

  test('is missing when it was the only one, and comes back when it is plugged in again', async () => {
    const { capture, events, plug, unplug } = await microphoneAmong('headset');
    await unplug();
    expect(capture.track.value).toBeNull();
    expect(capture.trouble.value).toBe('missing');
    await plug('headset');
    expect(capture.track.value?.getSettings().deviceId).toBe('headset');
    expect(capture.trouble.value).toBeNull();
    expect(events).toEqual(['missing', 'back']);
  });

  test('says that its permission was withdrawn, and uses it when it is given again', async () => {
    const { capture, events, tracks, machine } = await microphoneAmong('headset');
    machine.permission = 'denied';
    tracks[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(capture.trouble.value).toBe('denied');
    machine.permission = 'granted';
    capture.handlePermission('granted');
    await vi.advanceTimersByTimeAsync(0);
    expect(capture.trouble.value).toBeNull();
    expect(tracks).toHaveLength(2);
    expect(events).toEqual(['denied', 'back']);
  });

  test('that another program has taken comes back with one click', async () => {
    const { capture, events, tracks, machine } = await microphoneAmong('headset');
    machine.busy = true;
    tracks[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(capture.trouble.value).toBe('busy');
    machine.busy = false;
    await capture.setWanted(true);
    expect(capture.trouble.value).toBeNull();
    expect(capture.track.value).not.toBeNull();
    expect(events).toEqual(['busy']);
  });

  test('tells when the system pauses it for longer than a moment, and when it goes on', async () => {
    const { capture, events, tracks } = await microphoneAmong('headset');
    tracks[0]?.mute(true);
    vi.advanceTimersByTime(500);
    tracks[0]?.mute(false);
    vi.advanceTimersByTime(5_000);
    expect(events).toEqual([]);
    tracks[0]?.mute(true);
    vi.advanceTimersByTime(1_000);
    expect(capture.trouble.value).toBe('interrupted');
    tracks[0]?.mute(false);
    expect(capture.trouble.value).toBeNull();
    expect(events).toEqual(['interrupted', 'back']);
  });

  test('is opened anew by a click while the system pauses it', async () => {
    const { capture, tracks } = await microphoneAmong('headset');
    tracks[0]?.mute(true);
    vi.advanceTimersByTime(1_000);
    await capture.setWanted(true);
    expect(tracks).toHaveLength(2);
    expect(tracks[0]?.stopped).toBe(true);
    expect(capture.trouble.value).toBeNull();
  });
});

test('a microphone that is off and unplugged is told of, but is no trouble', async () => {
  const { capture, events, unplug } = await microphoneAmong('headset');
  await capture.setWanted(false);
  await unplug();
  expect(capture.trouble.value).toBeNull();
  expect(events).toEqual(['lost']);
  await capture.setWanted(true);
});

test('nothing is opened by itself after the meeting', async () => {
  const { capture, plug, unplug, tracks } = await microphoneAmong('headset');
  await unplug();
  capture.close();
  await plug('headset');
  capture.handlePermission('granted');
  await vi.advanceTimersByTimeAsync(0);
  expect(tracks).toHaveLength(1);
});
