import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';

/** As the recorder of tracks writes it beside them. */
const manifest = z.object({
  tracks: z.array(
    z.object({
      file: z.string(),
      /** Milliseconds since the Unix epoch. */
      startsAt: z.number(),
      durationSec: z.number().nullable().catch(null),
      source: z.string().regex(/^[a-z-]{1,32}$/),
      name: z.string().catch(''),
      participantId: z.string().catch(''),
    }),
  ),
});

/** A microphone, camera or screen in a file of its own. */
export interface TrackFile {
  path: string;
  extension: string;
  type: string;
  /** Whose it is, for people. */
  participant: string;
  source: string;
  /** Milliseconds since the Unix epoch. */
  startsAt: number;
  durationMs: number | null;
}

const TYPES: Readonly<Record<string, string>> = {
  webm: 'video/webm',
  mka: 'audio/x-matroska',
  mkv: 'video/x-matroska',
};

/** Tracks of a recording's parts, by time. What a manifest names and is not there is left out. */
export async function readTracks(
  folders: readonly string[],
): Promise<{ tracks: TrackFile[]; unreadable: string[] }> {
  const tracks: TrackFile[] = [];
  const unreadable: string[] = [];
  for (const folder of folders) {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    const told = parse(text);
    if (!told) unreadable.push(folder);
    for (const track of told?.tracks ?? []) {
      const { startsAt, source, name, participantId, durationSec } = track;
      // Of that folder and no other.
      const path = join(folder, basename(track.file));
      const size = (await stat(path).catch(() => null))?.size ?? 0;
      if (size === 0) continue;
      const extension = extname(path).slice(1);
      tracks.push({
        ...{ path, extension, type: TYPES[extension] ?? 'application/octet-stream' },
        ...{ participant: name || participantId, source, startsAt: Math.round(startsAt) },
        durationMs: durationSec === null ? null : Math.round(durationSec * 1_000),
      });
    }
  }
  return { tracks: tracks.sort((a, b) => a.startsAt - b.startsAt), unreadable };
}

function parse(text: string): z.output<typeof manifest> | null {
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
