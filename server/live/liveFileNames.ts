const RENDITION = '(1080p|720p|360p|audio)';
const PLAYLIST = new RegExp(`^(?:master|${RENDITION}/index)\\.m3u8$`);
/** A number is written in one way only: every segment has one name. */
const SEGMENT = new RegExp(`^${RENDITION}/(0|[1-9]\\d{0,14})\\.ts$`);

/** A file of a room's output, named by its path within the folder. */
export type LiveFile =
  | { kind: 'playlist'; name: string; rendition: string | null }
  | { kind: 'segment'; name: string; rendition: string; sequence: number };

/**
 * What of a room's output a name means; null: nothing. Whatever could lead out of the folder means nothing, encoded
 * or not: names are taken as they stand in the address.
 */
export function parseLiveFile(name: string): LiveFile | null {
  const playlist = PLAYLIST.exec(name);
  if (playlist) return { kind: 'playlist', name, rendition: playlist[1] ?? null };
  const [, rendition, number] = SEGMENT.exec(name) ?? [];
  if (rendition === undefined || number === undefined) return null;
  return { kind: 'segment', name, rendition, sequence: Number(number) };
}
