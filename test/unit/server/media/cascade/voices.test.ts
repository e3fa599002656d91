import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MeetingVoices } from '../../../../../server/media/cascade/MeetingVoices.ts';
import {
  chooseSpeaker,
  mergeLevels,
  type Level,
} from '../../../../../server/media/cascade/voices.ts';

const level = (participantId: string, volume: number): Level => ({ participantId, volume });

function heard(routers: Record<string, { levels?: Level[]; dominant?: string }>) {
  const all = Object.entries(routers);
  return {
    levels: new Map(all.map(([router, { levels = [] }]) => [router, levels])),
    dominant: new Map(
      all.flatMap(([router, { dominant }]) => (dominant === undefined ? [] : [[router, dominant]])),
    ),
  };
}

describe('mergeLevels', () => {
  test('answers the loudest of all routers, loudest first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -60, max: 0 }), { maxLength: 8 }), { maxLength: 4 }),
        (routers) => {
          const levels = new Map(
            routers.map((volumes, router) => [
              `r${router}`,
              volumes.map((volume, index) => level(`${router}-${index}`, volume)),
            ]),
          );
          const merged = mergeLevels({ levels }).map(({ volume }) => volume);
          const all = routers.flat().sort((a, b) => b - a);
          expect(merged).toEqual(all.slice(0, 8));
        },
      ),
    );
  });
});

describe('chooseSpeaker', () => {
  test('takes the loudest of those whom their routers name', () => {
    const state = heard({
      one: { levels: [level('ann', -30)], dominant: 'ann' },
      two: { levels: [level('loud', -5), level('bob', -20)], dominant: 'bob' },
    });
    expect(chooseSpeaker(state, null, 7)).toEqual({ participantId: 'bob', since: 7 });
    expect(chooseSpeaker(heard({ one: {} }), null, 7)).toBeNull();
  });

  test('leaves the word with who has it until another is clearly louder', () => {
    const ann = { participantId: 'ann', since: 0 };
    const than = (volume: number) =>
      heard({
        one: { levels: [level('ann', -30)], dominant: 'ann' },
        two: { levels: [level('bob', volume)], dominant: 'bob' },
      });
    expect(chooseSpeaker(than(-25), ann, 5_000)).toBe(ann);
    expect(chooseSpeaker(than(-10), ann, 5_000)).toEqual({ participantId: 'bob', since: 5_000 });
    // Not in the middle of a sentence.
    expect(chooseSpeaker(than(-10), ann, 500)).toBe(ann);
  });

  test('passes the word on at once when its own router names another', () => {
    const state = heard({ one: { levels: [level('eve', -40)], dominant: 'eve' } });
    expect(chooseSpeaker(state, { participantId: 'ann', since: 0 }, 1)).toEqual({
      participantId: 'eve',
      since: 1,
    });
  });
});

describe('MeetingVoices', () => {
  function listen() {
    const told: unknown[] = [];
    let now = 0;
    const voices = new MeetingVoices({
      now: () => now,
      onSpeaker: (participantId) => told.push(participantId),
      onLevels: (levels) => told.push(levels),
    });
    return { voices, told, pass: (ms: number) => (now += ms) };
  }

  test('passes on unchanged what the only router tells', () => {
    const { voices, told } = listen();
    const levels = [level('ann', -20)];
    voices.hearLevels('one', levels, true);
    voices.hearSpeaker('one', 'ann', true);
    voices.hearSpeaker('one', 'ann', true);
    voices.hearLevels('one', [], true);
    expect(told).toEqual([levels, 'ann', 'ann', []]);
  });

  test('makes one report of those of several routers, and silence of all at once', () => {
    const { voices, told, pass } = listen();
    voices.hearLevels('one', [level('ann', -20)], false);
    voices.hearLevels('two', [level('bob', -10)], false);
    pass(400);
    voices.hearLevels('one', [level('ann', -30)], false);
    voices.hearLevels('one', [], false);
    voices.hearLevels('two', [], false);
    expect(told).toEqual([[level('ann', -20)], [level('bob', -10), level('ann', -30)], []]);
  });

  test('names a speaker when it is another, and not one who is gone', () => {
    const { voices, told, pass } = listen();
    voices.hearSpeaker('one', 'ann', false);
    voices.hearSpeaker('two', 'bob', false);
    pass(2_000);
    voices.forgetParticipant('ann', 'one');
    voices.hearSpeaker('two', 'bob', false);
    voices.forget('two');
    expect(told).toEqual(['ann', 'bob']);
  });
});
