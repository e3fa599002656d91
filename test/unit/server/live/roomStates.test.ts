import { describe, expect, test } from 'vitest';
import { chooseMixer } from '../../../../server/live/chooseMixer.ts';
import { stateOf, type LiveRoom } from '../../../../server/live/stores.ts';
import { liveRoom, mixOf } from '../../../support/live/rooms.ts';

describe('what a room is doing', () => {
  const stateAt = async (values: Partial<LiveRoom['room']>, mix: LiveRoom['mix']) =>
    stateOf(await liveRoom(values, mix));
  const silent = (generation: number) => ({ ...mixOf('mixer', generation), publishing: false });

  test('before its first start, and after', async () => {
    expect(await stateAt({ desired: 'off', startedAt: null }, null)).toMatchObject({
      state: 'created',
    });
    expect(await stateAt({ desired: 'off' }, null)).toMatchObject({ state: 'stopped' });
  });

  test('begins until something is published, and ends until nothing is', async () => {
    expect(await stateAt({}, silent(1))).toEqual({ state: 'starting', interrupted: false });
    expect(await stateAt({}, mixOf('mixer'))).toEqual({ state: 'on-air', interrupted: false });
    expect(await stateAt({ desired: 'off' }, mixOf('mixer'))).toMatchObject({ state: 'stopping' });
  });

  test('is interrupted while another mixer takes over', async () => {
    expect(await stateAt({}, silent(2))).toEqual({ state: 'on-air', interrupted: true });
    expect(await stateAt({}, mixOf('mixer', 2))).toEqual({ state: 'on-air', interrupted: false });
  });

  test('goes, whatever runs', async () => {
    expect(await stateAt({ desired: 'removed' }, mixOf('mixer'))).toMatchObject({
      state: 'removing',
    });
  });
});

describe('which mixer', () => {
  const two = ['a', 'b'].map((instanceId) => ({ instanceId, capacity: 2 }));

  test('is the one with most room', () => {
    expect(chooseMixer(two, new Map([['a', 1]]))).toBe('b');
    expect(chooseMixer(two, new Map())).toBe('a');
    expect(chooseMixer([{ instanceId: 'a', capacity: 1 }, ...two.slice(1)], new Map())).toBe('b');
  });

  test('is none where none has room', () => {
    expect(chooseMixer(two, new Map(two.map(({ instanceId }) => [instanceId, 2])))).toBeNull();
    expect(chooseMixer([], new Map())).toBeNull();
  });
});
