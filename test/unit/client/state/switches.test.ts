import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { MediaSession } from '../../../../client/media/MediaSession.ts';
import type { Request } from '../../../../client/media/MediaTransport.ts';
import type { Devices } from '../../../../client/state/devices.ts';
import { createNotices } from '../../../../client/state/notices.ts';
import { createSwitches } from '../../../../client/state/switches.ts';

function deviceOf(track: MediaStreamTrack | null, isWanted: boolean) {
  const wanted = signal(isWanted);
  return {
    track: signal(track),
    wanted,
    trouble: signal(null),
    opening: signal(false),
    setWanted(next: boolean) {
      wanted.value = next;
      return Promise.resolve();
    },
  };
}

/** Somebody muted whose microphone is known to the server, which answers as `answer` does. */
function start(answer: (audio: boolean) => Promise<unknown>) {
  const microphone = deviceOf({ kind: 'audio' } as MediaStreamTrack, false);
  const status = signal({ audio: false, video: false, screenSharing: false });
  const asked: boolean[] = [];
  const notices = createNotices();
  const media = {
    isPublished: (source: string) => source === 'microphone',
    isSending: () => true,
    replaceTrack: () => Promise.resolve(),
    unpublish: () => Promise.resolve(),
    setPaused: () => undefined,
    on: () => undefined,
    off: () => undefined,
  } as unknown as MediaSession;
  const switches = createSwitches({
    ...{ meetingId: 'meeting', media, notices, status, handRaised: signal(false) },
    devices: { microphone, camera: deviceOf(null, false) } as unknown as Devices,
    request: ((_name: string, { audio }: { audio: boolean }) => {
      asked.push(audio);
      return answer(audio);
    }) as unknown as Request,
    isPlaced: () => true,
  });
  return { switches, microphone, status, asked, notices };
}

const away = new RequestError({ code: 'UNAVAILABLE', retryAfterMs: 5 });

test('a microphone is not turned off because the part of the server that had it is away', async () => {
  const { switches, microphone, status, asked } = start(() => {
    // What is sent is built anew elsewhere before the answer comes that it could not be reached.
    status.value = { ...status.value, audio: true };
    return Promise.reject(away);
  });
  await switches.microphone.set(true);
  expect(microphone.wanted.value).toBe(true);
  expect(asked).toEqual([true]);
  switches.close();
});

test('it is asked for until somebody answers, and stays pending', async () => {
  let refusals = 3;
  const { switches, status, asked } = start((audio) => {
    if (refusals-- > 0) return Promise.reject(away);
    status.value = { ...status.value, audio };
    return Promise.resolve(status.value);
  });
  const turning = switches.microphone.set(true);
  await Promise.resolve();
  expect(switches.microphone.pending.value).toBe(true);
  await turning;
  expect(asked).toEqual([true, true, true, true]);
  expect(switches.microphone.on.value).toBe(true);
  expect(switches.microphone.pending.value).toBe(false);
  switches.close();
});

test('a refusal turns it off, and is told', async () => {
  const { switches, microphone, notices } = start(() =>
    Promise.reject(new RequestError({ code: 'FORBIDDEN' })),
  );
  await switches.microphone.set(true);
  expect(microphone.wanted.value).toBe(false);
  expect(notices.list.value).toMatchObject([{ kind: 'action-failed' }]);
  switches.close();
});
