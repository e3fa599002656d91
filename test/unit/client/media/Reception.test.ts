import type { types } from 'mediasoup-client';
import { expect, test, vi } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import type { MediaTransport, Request } from '../../../../client/media/MediaTransport.ts';
import { Reception } from '../../../../client/media/Reception.ts';
import { Succession } from '../../../../client/media/Succession.ts';

const PRODUCER = 'producer-1';
const CONSUMER = {
  id: 'consumer-1',
  producerId: PRODUCER,
  participantId: 'ada',
  kind: 'video',
  source: 'camera',
  type: 'simulcast',
  rtpParameters: {},
  producerPaused: false,
};

/** A transport that consumes whatever it is told to. */
function fakeTransport(): Promise<MediaTransport> {
  const consume = () =>
    Promise.resolve({ track: { kind: 'video' }, closed: false, close: () => undefined });
  const transport = { id: 'transport-1', consume } as unknown as types.Transport;
  return Promise.resolve({ transport } as unknown as MediaTransport);
}

test('what cannot be had from a part of the server that is away is asked for again', async () => {
  const { promise: received, resolve } = Promise.withResolvers<string>();
  const away = new RequestError({ code: 'UNAVAILABLE', retryAfterMs: 5 });
  let refusals = 3;
  const request = (name: string) => {
    if (name !== 'consume') return Promise.resolve({ resumed: [CONSUMER.id], gone: [] });
    if (refusals-- > 0) return Promise.reject(away);
    return Promise.resolve({ consumers: [CONSUMER], refused: [] });
  };
  const reception = new Reception({
    meetingId: 'meeting-1',
    request: request as unknown as Request,
    succession: new Succession({
      onTrackAdded: ({ producerId }) => resolve(producerId),
      onTrackRemoved: () => undefined,
    }),
  });
  reception.add(PRODUCER);
  void reception.begin(fakeTransport());
  expect(await received).toBe(PRODUCER);
  reception.close();
});

test('what could not be asked for while signaling was away is asked for when it is back', async () => {
  const added: string[] = [];
  let online = false;
  const request = vi.fn((name: string) => {
    if (!online) return Promise.reject(new RequestError({ code: 'OFFLINE' }));
    if (name === 'consume') return Promise.resolve({ consumers: [CONSUMER], refused: [] });
    return Promise.resolve({ resumed: [CONSUMER.id], gone: [] });
  });
  const reception = new Reception({
    meetingId: 'meeting-1',
    request: request as unknown as Request,
    succession: new Succession({
      onTrackAdded: ({ producerId }) => added.push(producerId),
      onTrackRemoved: () => undefined,
    }),
  });
  reception.add(PRODUCER);
  await reception.begin(fakeTransport());
  expect(added).toEqual([]);

  online = true;
  await reception.recover();
  expect(added).toEqual([PRODUCER]);
  expect(request).toHaveBeenLastCalledWith('resume-consumers', {
    meetingId: 'meeting-1',
    consumerIds: [CONSUMER.id],
  });
  reception.close();
});

test('what is seen is told again, when it could not be told', async () => {
  const told: unknown[] = [];
  const { promise: toldTwice, resolve } = Promise.withResolvers<undefined>();
  const request = (name: string, input: unknown) => {
    if (name === 'consume') return Promise.resolve({ consumers: [CONSUMER], refused: [] });
    if (name === 'resume-consumers') return Promise.resolve({ resumed: [CONSUMER.id], gone: [] });
    told.push(input);
    if (told.length === 1) {
      return Promise.reject(new RequestError({ code: 'UNAVAILABLE', retryAfterMs: 5 }));
    }
    resolve(undefined);
    return Promise.resolve({});
  };
  const reception = new Reception({
    meetingId: 'meeting-1',
    request: request as unknown as Request,
    succession: new Succession({ onTrackAdded: () => undefined, onTrackRemoved: () => undefined }),
  });
  reception.add(PRODUCER);
  await reception.begin(fakeTransport());
  reception.setViews(new Map([[PRODUCER, { width: 640, height: 360 }]]));
  await toldTwice;
  const views = [{ producerId: PRODUCER, width: 640, height: 360 }];
  expect(told).toEqual([
    { meetingId: 'meeting-1', views },
    { meetingId: 'meeting-1', views },
  ]);
  reception.close();
});
