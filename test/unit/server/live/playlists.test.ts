import { expect, it } from 'vitest';
import {
  appendSegment,
  ivOf,
  renderMaster,
  renderMedia,
  type MediaPlaylist,
  type Segment,
} from '../../../../server/live/mixer/playlists.ts';
import { RENDITIONS, sizeOf, variantOf } from '../../../../server/live/mixer/renditions.ts';

const segment = (sequence: number, given: Partial<Segment> = {}): Segment => ({
  ...{ sequence, name: `${sequence}.ts`, durationSec: 1, startsAt: sequence * 1_000 },
  ...{ keyUri: 'https://keys.example/a', isDiscontinuous: false },
  ...given,
});

function playlistOf(segments: readonly Segment[], kept: number): MediaPlaylist {
  const none: MediaPlaylist = { segments: [], discontinuitySequence: 0 };
  return segments.reduce((playlist, one) => appendSegment(playlist, one, kept), none);
}

it('keeps the last segments and counts the discontinuities that are gone', () => {
  const all = [1, 2, 3, 4, 5].map((n) => segment(n, { isDiscontinuous: n === 2 || n === 4 }));
  const playlist = playlistOf(all, 2);

  expect(playlist.segments.map(({ sequence }) => sequence)).toEqual([4, 5]);
  expect(playlist.discontinuitySequence).toBe(1);
});

it('writes what a player needs: numbers, keys where they change, breaks, times', () => {
  const playlist = playlistOf(
    [
      segment(7),
      segment(8, { durationSec: 0.9994 }),
      segment(9, { isDiscontinuous: true, keyUri: 'https://keys.example/b' }),
    ],
    3,
  );

  expect(renderMedia(playlist, 1, false)).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:1
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/a"
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:07.000Z
#EXTINF:1.000,
7.ts
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:08.000Z
#EXTINF:0.999,
8.ts
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/b"
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:09.000Z
#EXTINF:1.000,
9.ts
`);
  expect(renderMedia(playlist, 1, true).endsWith('9.ts\n#EXT-X-ENDLIST\n')).toBe(true);
});

it('says what there is to choose from', () => {
  const variants = [RENDITIONS['720p'], RENDITIONS.audio].map((one) => variantOf(one, 25));

  expect(renderMaster(variants, 'index.m3u8')).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=3308800,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000
720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=105600,CODECS="mp4a.40.2"
audio/index.m3u8
`);
  expect(sizeOf([RENDITIONS.audio, RENDITIONS['360p']])).toEqual({ width: 640, height: 360 });
  expect(() => sizeOf([RENDITIONS.audio])).toThrow(RangeError);
});

it('takes the number of a segment for its IV', () => {
  expect(ivOf(258).toString('hex')).toBe('00000000000000000000000000000102');
});
