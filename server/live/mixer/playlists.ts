/** HLS playlists (RFC 8216) as data, and how they are written. Pure. */

export interface Segment {
  /** Its media sequence number. */
  sequence: number;
  /** Its file, beside the playlist. */
  name: string;
  durationSec: number;
  /** When it was on the stage, milliseconds since 1970. */
  startsAt: number;
  /** Where its key is. */
  keyUri: string;
  /** Whether it does not continue the one before: another encoder made it. */
  isDiscontinuous: boolean;
}

export interface MediaPlaylist {
  segments: readonly Segment[];
  /** Discontinuities that are no longer in it. */
  discontinuitySequence: number;
}

/** The last line of a playlist to which nothing is added any more. */
export const LIST_ENDS = '#EXT-X-ENDLIST';

/** @param kept how many stay in it */
export function appendSegment(
  { segments, discontinuitySequence }: MediaPlaylist,
  segment: Segment,
  kept: number,
): MediaPlaylist {
  const all = [...segments, segment];
  const gone = all.slice(0, Math.max(0, all.length - kept));
  const passed = gone.filter(({ isDiscontinuous }) => isDiscontinuous).length;
  return {
    segments: all.slice(gone.length),
    discontinuitySequence: discontinuitySequence + passed,
  };
}

/** @param hasEnded nothing will be added any more */
export function renderMedia(
  { segments, discontinuitySequence }: MediaPlaylist,
  targetDurationSec: number,
  hasEnded: boolean,
): string {
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${targetDurationSec}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.sequence ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let keyUri = '';
  for (const segment of segments) {
    if (segment.isDiscontinuous) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.keyUri !== keyUri) {
      keyUri = segment.keyUri;
      // Without an IV it is the media sequence number.
      lines.push(`#EXT-X-KEY:METHOD=AES-128,URI="${keyUri}"`);
    }
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.startsAt).toISOString()}`,
      `#EXTINF:${segment.durationSec.toFixed(3)},`,
      segment.name,
    );
  }
  if (hasEnded) lines.push(LIST_ENDS);
  return `${lines.join('\n')}\n`;
}

export interface Variant {
  /** Its folder. */
  name: string;
  /** At most, bits per second, everything included. */
  bandwidth: number;
  codecs: string;
  size: { width: number; height: number } | null;
  framesPerSecond: number;
}

export function renderMaster(variants: readonly Variant[], playlistName: string): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const { name, bandwidth, codecs, size, framesPerSecond } of variants) {
    const picture = size
      ? `,RESOLUTION=${size.width}x${size.height},FRAME-RATE=${framesPerSecond.toFixed(3)}`
      : '';
    lines.push(
      `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},CODECS="${codecs}"${picture}`,
      `${name}/${playlistName}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The IV of a segment whose playlist names none: its number, in 128 bits. */
export function ivOf(sequence: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(sequence), 8);
  return iv;
}
