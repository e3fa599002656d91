import { describe, expect, it } from 'vitest';
import type { Source } from '../../../../protocol/meetings.ts';
import { isForgotten, orphansOf, type Publication } from '../../../../client/media/Publication.ts';

/** Something that is sent; `null`: that will be as soon as the server has answered. */
function publication(source: Source, producerId: string | null): [Source, Publication] {
  const producer = producerId === null ? null : { id: producerId, closed: false };
  return [source, { source, producer, paused: false } as Publication];
}

const own = (id: string, source: Source) => ({
  id,
  source,
  kind: source === 'camera' ? ('video' as const) : ('audio' as const),
  paused: false,
});

describe('what the server has of what is sent', () => {
  it('is forgotten when a producer is missing there, not when one is only beginning', () => {
    const sent = new Map([publication('camera', 'a'), publication('microphone', null)]);
    expect(isForgotten(sent, [own('a', 'camera')])).toBe(false);
    expect(isForgotten(sent, [])).toBe(true);
    expect(isForgotten(new Map(), [own('a', 'camera')])).toBe(false);
  });

  it('has orphans where something was stopped or sent anew meanwhile', () => {
    const sent = new Map([publication('camera', 'b'), publication('microphone', null)]);
    const there = [
      own('a', 'camera'),
      own('b', 'camera'),
      own('c', 'microphone'),
      own('d', 'screen-audio'),
    ];
    expect(orphansOf(sent, there)).toEqual(['a', 'd']);
  });
});
