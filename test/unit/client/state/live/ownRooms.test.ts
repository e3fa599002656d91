import { expect, test } from 'vitest';
import { RequestError } from '../../../../../client/api/RequestError.ts';
import type { RestClient } from '../../../../../client/api/RestClient.ts';
import { createOwnRooms } from '../../../../../client/state/live/ownRooms.ts';
import type { LiveState, OwnLiveRoomView } from '../../../../../protocol/live.ts';

function room(roomId: string, state: LiveState = 'created'): OwnLiveRoomView {
  return { roomId, title: roomId, state } as OwnLiveRoomView;
}

/** A server that answers each request when it is told to. */
function open(meeting: string | null = null) {
  const asked: { name: string; options: object; answer: (value: object | Error) => void }[] = [];
  const call = (name: string, options: object) =>
    new Promise((resolve, reject) => {
      const answer = (value: object | Error): void => {
        if (value instanceof Error) reject(value);
        else resolve(value);
      };
      asked.push({ name, options, answer });
    });
  const rooms = createOwnRooms({ call } as unknown as RestClient, meeting);
  const shown = () => {
    const { value } = rooms.rooms;
    return value.is === 'ready' ? value.value.map((one) => `${one.roomId} ${one.state}`) : value.is;
  };
  return { asked, rooms, shown };
}

test('rooms are shown, and stay while they cannot be asked for', async () => {
  const { asked, rooms, shown } = open('m');
  const first = rooms.refresh();
  expect(asked[0]?.options).toEqual({ query: { limit: '20', meeting: 'm' } });
  asked[0]?.answer({ rooms: [room('a'), room('b', 'removed')], next: null });
  await first;
  expect(shown()).toEqual(['a created']);
  const second = rooms.refresh();
  asked[1]?.answer(new RequestError({ code: 'OFFLINE' }));
  await second;
  expect(shown()).toEqual(['a created']);
});

test('what cannot be asked for the first time is told', async () => {
  const { asked, rooms, shown } = open();
  const first = rooms.refresh();
  asked[0]?.answer(new RequestError({ code: 'OFFLINE' }));
  await first;
  expect(shown()).toBe('failed');
});

test('what was asked for before a change does not undo it', async () => {
  const { asked, rooms, shown } = open();
  const before = rooms.refresh();
  const start = rooms.start('a');
  asked[1]?.answer({ room: room('a', 'starting') });
  await start;
  asked[0]?.answer({ rooms: [room('a')], next: null });
  await before;
  expect(shown()).toEqual(['a starting']);
});

test('more rooms come behind, and all that are shown are asked for again', async () => {
  const { asked, rooms, shown } = open();
  const first = rooms.refresh();
  const page = Array.from({ length: 20 }, (_, index) => room(`a${index}`));
  asked[0]?.answer({ rooms: page, next: 'cursor' });
  await first;
  expect(rooms.hasMore.value).toBe(true);
  const more = rooms.loadMore();
  expect(asked[1]?.options).toEqual({ query: { limit: '20', before: 'cursor' } });
  asked[1]?.answer({ rooms: [room('b')], next: null });
  await more;
  expect(shown()).toHaveLength(21);
  void rooms.refresh();
  expect(asked[2]?.options).toEqual({ query: { limit: '21' } });
});

test('the PIN is known where it was chosen', async () => {
  const { asked, rooms } = open();
  const made = rooms.create({ roomId: 'a', pin: '4711' });
  asked[0]?.answer({ room: room('a') });
  await made;
  expect([rooms.pinOf('a'), rooms.pinOf('b')]).toEqual(['4711', null]);
});

test('a refusal leaves everything as it was', async () => {
  const { asked, rooms, shown } = open();
  const first = rooms.refresh();
  asked[0]?.answer({ rooms: [room('a')], next: null });
  await first;
  const start = rooms.start('a');
  asked[1]?.answer(new RequestError({ code: 'NO_CAPACITY' }));
  await expect(start).rejects.toMatchObject({ code: 'NO_CAPACITY' });
  expect(shown()).toEqual(['a created']);
});
