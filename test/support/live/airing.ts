import { createDecipheriv } from 'node:crypto';
import { expect } from 'vitest';
import { ivOf } from '../../../server/live/mixer/playlists.ts';
import { eventually } from '../eventually.ts';
import { call, type Person } from '../people.ts';

export const ROOM_PIN = '4711';
/** What servers of these tests mix: little, so that a busy machine can. */
export const MIXING = {
  PARLEY_LIVE_MIXERS: '1',
  PARLEY_LIVE_RENDITIONS: '360p,audio',
  PARLEY_LIVE_FRAMES_PER_SECOND: '10',
  PARLEY_LIVE_SEGMENT_SEC: '1',
};
/** A mixer has to begin on a busy machine. */
const LONG_MS = 40_000;
const TRANSPORT_STREAM = 0x47;

interface Site {
  url: string;
}

export async function createRoom(
  site: Site,
  host: Person,
  roomId: string,
  meeting?: string,
): Promise<{ roomId: string; meetingId: string; meetingCode: string }> {
  const { room } = await call(site, 'createLiveRoom', {
    token: host.token,
    body: { roomId, pin: ROOM_PIN, ...(meeting !== undefined && { meeting }) },
  });
  return room;
}

/** Asks for something of a room as its host does. */
export async function ask(
  site: Site,
  host: Person,
  what: 'startLiveRoom' | 'stopLiveRoom' | 'removeLiveRoom',
  roomId: string,
) {
  return (await call(site, what, { token: host.token, params: { roomId } })).room;
}

/** Waits until the room is in a state. */
export async function reaches(site: Site, roomId: string, state: string): Promise<void> {
  await eventually(async () => {
    const { room } = await call(site, 'readLiveRoom', { params: { roomId } });
    expect(room.state).toBe(state);
  }, LONG_MS);
}

export interface Heard {
  sequence: number;
  keyPath: string;
}

/** Segments of the playlist as a listener reads it; none where there is no playlist now. */
export async function segmentsOf(site: Site, roomId: string, rendition = '360p'): Promise<Heard[]> {
  const answer = await fetch(`${site.url}/live/${roomId}/hls/${rendition}/index.m3u8`);
  if (!answer.ok) return [];
  let keyPath = '';
  return (await answer.text()).split('\n').flatMap((line) => {
    keyPath = /^#EXT-X-KEY:.*URI="([^"]+)"/.exec(line)?.[1] ?? keyPath;
    return line.endsWith('.ts') ? [{ sequence: Number.parseInt(line, 10), keyPath }] : [];
  });
}

/** Waits for a segment behind that one. @returns its number */
export async function goesOn(site: Site, roomId: string, behind: number): Promise<number> {
  let newest = -1;
  await eventually(async () => {
    newest = (await segmentsOf(site, roomId)).at(-1)?.sequence ?? -1;
    expect(newest).toBeGreaterThan(behind);
  }, LONG_MS);
  return newest;
}

/** Enters as a listener. @returns the token */
export async function enter(site: Site, roomId: string, pin = ROOM_PIN): Promise<string> {
  return (await call(site, 'enterLiveRoom', { params: { roomId }, body: { pin } })).token;
}

/** A segment in the clear, as a player has it. @throws Error when it is no transport stream */
export async function listen(
  site: Site,
  roomId: string,
  token: string,
  { sequence, keyPath }: Heard,
): Promise<Buffer> {
  const [segment, key] = await Promise.all([
    fetch(`${site.url}/live/${roomId}/hls/360p/${sequence}.ts`),
    fetch(`${site.url}${keyPath}`, { headers: { authorization: `Bearer ${token}` } }),
  ]);
  expect([segment.status, key.status]).toEqual([200, 200]);
  const decipher = createDecipheriv(
    'aes-128-cbc',
    Buffer.from(await key.arrayBuffer()),
    ivOf(sequence),
  );
  const encrypted = Buffer.from(await segment.arrayBuffer());
  const plain = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  expect(encrypted[0] === TRANSPORT_STREAM && encrypted[188] === TRANSPORT_STREAM).toBe(false);
  expect([plain[0], plain[188]]).toEqual([TRANSPORT_STREAM, TRANSPORT_STREAM]);
  return plain;
}
