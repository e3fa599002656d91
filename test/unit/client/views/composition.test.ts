import { describe, expect, test } from 'vitest';
import type { Person, ScreenShare } from '../../../../client/state/models.ts';
import { compose } from '../../../../client/views/meeting/composition.ts';

function person(id: string, isSelf = false): Person {
  return {
    id,
    userId: id,
    name: id,
    avatarUrl: null,
    role: 'participant',
    isSelf,
    microphoneOn: true,
    cameraOn: true,
    screenSharing: false,
    reconnecting: false,
    companion: false,
    handRaisedAt: null,
    camera: null,
  };
}

function shareOf(participantId: string, isSelf = false): ScreenShare {
  return { participantId, name: participantId, isSelf, video: null };
}

const PEOPLE = [person('me', true), person('ann'), person('bob')];
const GRID = { mode: 'grid', pinned: null, speaker: null } as const;

function keys({ main, rest, self }: ReturnType<typeof compose>) {
  return { main: main?.key ?? null, rest: rest.map(({ key }) => key), self: self?.id ?? null };
}

describe('compose', () => {
  test('makes everybody equal in the grid', () => {
    expect(keys(compose(PEOPLE, [], GRID))).toEqual({
      main: null,
      rest: ['ann', 'bob'],
      self: 'me',
    });
  });

  test('shows the speaker large in speaker view, and somebody until there is one', () => {
    const wishes = { ...GRID, mode: 'speaker' } as const;
    expect(keys(compose(PEOPLE, [], { ...wishes, speaker: 'bob' })).main).toBe('bob');
    expect(keys(compose(PEOPLE, [], wishes)).main).toBe('ann');
    expect(keys(compose(PEOPLE.slice(0, 1), [], wishes)).main).toBe(null);
  });

  test('shows the latest screen large and the others small', () => {
    const shares = [shareOf('ann'), shareOf('bob')];
    expect(keys(compose(PEOPLE, shares, GRID))).toEqual({
      main: 'share-bob',
      rest: ['share-ann', 'ann', 'bob'],
      self: 'me',
    });
  });

  test('keeps what is pinned large, and everything else in sight', () => {
    const shares = [shareOf('ann')];
    expect(keys(compose(PEOPLE, shares, { ...GRID, pinned: 'bob' }))).toEqual({
      main: 'bob',
      rest: ['share-ann', 'ann'],
      self: 'me',
    });
    expect(keys(compose(PEOPLE, [], { ...GRID, pinned: 'me' }))).toEqual({
      main: 'me',
      rest: ['ann', 'bob'],
      self: null,
    });
    expect(keys(compose(PEOPLE, [], { ...GRID, pinned: 'gone' })).main).toBe(null);
  });

  test('does not show one’s own screen to oneself while others are there', () => {
    expect(keys(compose(PEOPLE, [shareOf('me', true)], GRID)).main).toBe(null);
    expect(keys(compose(PEOPLE.slice(0, 1), [shareOf('me', true)], GRID)).main).toBe('share-me');
  });
});
