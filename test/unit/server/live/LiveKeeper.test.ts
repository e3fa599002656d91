import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../../../../server/core/logger.ts';
import { chooseMixer } from '../../../../server/live/chooseMixer.ts';
import { LiveKeeper, type LiveKeeperDeps } from '../../../../server/live/LiveKeeper.ts';
import type { LiveRoom, LiveStore, MixRecord, Wanted } from '../../../../server/live/stores.ts';
import { eventually } from '../../../support/eventually.ts';
import { liveRoom, mixOf } from '../../../support/live/rooms.ts';

let keeper: LiveKeeper | null = null;
afterEach(() => keeper?.close());

/** A store with one room, and what a keeper did with it. */
async function keep(
  values: Partial<LiveRoom['room']>,
  mix: MixRecord | null,
  {
    states,
    mixers = ['b'],
    hasEnded = false,
  }: {
    states: Record<string, ReturnType<LiveKeeperDeps['stateOf']>>;
    mixers?: string[];
    hasEnded?: boolean;
  },
) {
  const { room } = await liveRoom(values);
  const done: string[] = [];
  const wanted: Wanted = {
    meetingId: 'm1',
    title: 'Stage',
    hasEnded,
    room,
    recording: null,
    pushes: [],
    mix,
  };
  let looks = 0;
  const store = {
    all: () => {
      looks += 1;
      return Promise.resolve([wanted]);
    },
    assign: (_, replaces, choose) => {
      const mixer = choose(new Map());
      done.push(`assign ${replaces} ${mixer}`);
      return Promise.resolve({ ...mixOf(mixer, (replaces ?? 0) + 1), publishing: false });
    },
    endMix: (_, generation) => Promise.resolve(void done.push(`end ${generation}`)),
    remove: () => Promise.resolve(void done.push('remove')),
    update: (_, { desired }) => {
      done.push(`desired ${desired}`);
      return Promise.resolve(true);
    },
  } satisfies Partial<LiveStore> as unknown as LiveStore;
  keeper = new LiveKeeper({
    store,
    stateOf: (mixer) => states[mixer] ?? 'gone',
    chooseMixer: (taken) =>
      chooseMixer(
        mixers.map((instanceId) => ({ instanceId, capacity: 1 })),
        taken,
      ),
    tell: (mixer) => void done.push(`tell ${mixer}`),
    logger: createLogger('silent', 'json'),
    now: () => 0,
  });
  keeper.look();
  await eventually(() => expect(looks).toBe(1));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('a room whose mixer is gone gets another', async () => {
  const done = await keep({}, mixOf('a'), { states: { a: 'gone', b: 'there' } });
  expect(done).toEqual(['assign 1 b', 'tell b', 'tell a']);
});

test('a room whose mixer may be there is left alone', async () => {
  expect(await keep({}, mixOf('a'), { states: { a: 'unknown', b: 'there' } })).toEqual([]);
  expect(await keep({}, mixOf('a'), { states: { a: 'there', b: 'there' } })).toEqual([]);
});

test('a mixer that leaves goes on until another can take over', async () => {
  const states = { a: 'leaving', b: 'there' } as const;
  expect(await keep({}, mixOf('a'), { states, mixers: [] })).toEqual(['assign 1 a']);
  expect(await keep({}, mixOf('a'), { states })).toEqual(['assign 1 b', 'tell b', 'tell a']);
});

test('a room that is to be on air and has no mix gets one', async () => {
  expect(await keep({}, null, { states: {} })).toEqual(['assign null b', 'tell b']);
});

test('a room of a meeting that is over goes off air', async () => {
  const done = await keep({}, mixOf('a'), { states: { a: 'there' }, hasEnded: true });
  expect(done).toEqual(['desired off', 'tell a']);
});

test('a removed room waits for its mixer, unless that is gone', async () => {
  const values = { desired: 'removed' } as const;
  expect(await keep(values, mixOf('a'), { states: { a: 'there' } })).toEqual([]);
  expect(await keep(values, mixOf('a'), { states: {} })).toEqual(['end 1', 'remove']);
  expect(await keep(values, null, { states: {} })).toEqual(['remove']);
});
