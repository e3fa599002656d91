import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { isHeard } from './airtime.ts';
import type { Listeners } from './Listeners.ts';
import { parseLiveFile, type LiveFile } from './liveFileNames.ts';
import type { MixFile, MixFiles } from './MixFiles.ts';
import { SegmentCache } from './SegmentCache.ts';
import type { LiveRoom, LiveRoomRecord } from './stores.ts';

/** However many listen, a playlist is read once within so many milliseconds. */
const FRESH_MS = 500;
/** Who asks for a playlist waits so long for a newer one than is at hand. */
const PATIENCE_MS = 300;
/** A room that nobody has asked for is forgotten after so many milliseconds. */
const FORGET_MS = 120_000;
/** Segments behind the newest that can be asked for, in lengths of a playlist. */
const REACH = 3;

export interface LiveFilesDeps {
  rooms: { find: (roomId: string) => Promise<LiveRoom | null> };
  mixes: Pick<MixFiles, 'read'>;
  listeners: Pick<Listeners, 'count' | 'tell' | 'forget'>;
  /** Most bytes of segments kept in memory. */
  cacheBytes: number;
  /** Segments of a playlist. */
  keptSegments: number;
  logger: Pick<Logger, 'debug'>;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

interface Playlist {
  /** As it was read last; null before. */
  content: Buffer | null;
  checkedAt: number;
  checking: Promise<void> | null;
  /** Why it could not be read just now. */
  failure: unknown;
}

/** One start of a room, as this node knows it. */
interface Air {
  nonce: string;
  meetingId: string;
  /** Who has mixed it, the last first: what one has left may be at the other only. */
  mixers: { mixer: string; generation: number }[];
  playlists: Map<string, Playlist>;
  /** By rendition, number of the newest segment that is out. */
  newest: Map<string, number>;
  usedAt: number;
}

/**
 * Playlists and segments of live rooms for any number of listeners: each is read from its mixer once. While a mixer
 * is replaced, players get the playlist as it was last, and wait.
 */
export class LiveFiles {
  readonly #deps: LiveFilesDeps;
  readonly #cache: SegmentCache;
  readonly #airs = new Map<string, Air>();
  readonly #reading = new Map<string, Promise<Buffer | null>>();

  constructor(deps: LiveFilesDeps) {
    this.#deps = deps;
    this.#cache = new SegmentCache(deps.cacheBytes);
  }

  /**
   * @throws AppError NOT_FOUND where there is no such file, or its room is not on air; UNAVAILABLE when its mixer
   *   does not answer
   */
  async read(roomId: string, file: LiveFile): Promise<Buffer> {
    const live = await this.#deps.rooms.find(roomId);
    const air = live && this.#airOf(live);
    if (!air) throw new AppError('NOT_FOUND');
    const content =
      file.kind === 'playlist'
        ? await this.#playlist(roomId, air, file.name)
        : await this.#segment(roomId, air, file);
    if (!content) throw new AppError('NOT_FOUND');
    return content;
  }

  #airOf({ room, mix }: LiveRoom): Air | null {
    const now = this.#deps.now();
    const { roomId, meetingId, nonce } = room;
    if (nonce === null || !isHeard(room, now)) {
      if (this.#airs.delete(roomId)) this.#deps.listeners.forget(roomId);
      return null;
    }
    let air = this.#airs.get(roomId);
    if (air?.nonce !== nonce) {
      this.#forgetUnused(now);
      air = {
        ...{ nonce, meetingId, mixers: [], playlists: new Map(), newest: new Map() },
        usedAt: now,
      };
      this.#airs.set(roomId, air);
    }
    air.usedAt = now;
    if (mix?.mixer) {
      const { mixer, generation } = mix;
      const [last] = air.mixers;
      if (last?.mixer !== mixer || last.generation !== generation) {
        air.mixers = [{ mixer, generation }, ...air.mixers.slice(0, 1)];
      }
    }
    return air;
  }

  async #playlist(roomId: string, air: Air, name: string): Promise<Buffer | null> {
    const playlist = air.playlists.get(name) ?? {
      ...{ content: null, checkedAt: -Infinity, checking: null, failure: null },
    };
    air.playlists.set(name, playlist);
    if (this.#deps.now() - playlist.checkedAt >= FRESH_MS) {
      playlist.checking ??= this.#check(roomId, air, { name, playlist }).finally(() => {
        playlist.checking = null;
      });
      await (playlist.content
        ? Promise.race([playlist.checking, sleep(PATIENCE_MS, undefined, { ref: false })])
        : playlist.checking);
    }
    if (!playlist.content && playlist.failure !== null) throw unavailable(playlist.failure);
    return playlist.content;
  }

  /** Reads a playlist anew; never rejects. */
  async #check(
    roomId: string,
    air: Air,
    { name, playlist }: { name: string; playlist: Playlist },
  ): Promise<void> {
    try {
      const [mixer] = air.mixers;
      const content = mixer ? (await this.#ask(roomId, air, mixer, name)).content : null;
      playlist.failure = null;
      if (content && isOf(content, air.nonce)) {
        playlist.content = content;
        this.#note(air, name, content);
      }
    } catch (error) {
      playlist.failure = error;
      this.#deps.logger.debug({ err: error, roomId, name }, 'a playlist could not be read');
    } finally {
      playlist.checkedAt = this.#deps.now();
    }
  }

  async #segment(
    roomId: string,
    air: Air,
    file: Extract<LiveFile, { kind: 'segment' }>,
  ): Promise<Buffer | null> {
    const key = `${roomId}/${air.nonce}/${file.name}`;
    const cached = this.#cache.get(key);
    if (cached) return cached;
    // Of a playlist that was read by another node, this one may not know.
    if (!this.#isOut(air, file)) {
      await this.#playlist(roomId, air, `${file.rendition}/index.m3u8`);
      if (!this.#isOut(air, file)) return null;
    }
    let reading = this.#reading.get(key);
    if (!reading) {
      reading = this.#fetch(roomId, air, file.name).finally(() => this.#reading.delete(key));
      this.#reading.set(key, reading);
    }
    const content = await reading;
    if (content) this.#cache.set(key, content);
    return content;
  }

  /** Asks whoever has mixed the room. @throws AppError UNAVAILABLE when one does not answer and none has it */
  async #fetch(roomId: string, air: Air, name: string): Promise<Buffer | null> {
    let failure: unknown = null;
    for (const mixer of air.mixers) {
      try {
        const { content } = await this.#ask(roomId, air, mixer, name);
        if (content) return content;
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== null) throw unavailable(failure);
    return null;
  }

  async #ask(
    roomId: string,
    { meetingId }: Air,
    { mixer, generation }: { mixer: string; generation: number },
    name: string,
  ): Promise<MixFile> {
    const { mixes, listeners, now } = this.#deps;
    const here = listeners.count(roomId, now());
    const answer = await mixes.read(mixer, { meetingId, generation, name, listeners: here });
    listeners.tell(roomId, answer.listeners, now());
    return answer;
  }

  /** Whether a segment is in the playlist or a little older: others are not asked for, however many are named. */
  #isOut(air: Air, { rendition, sequence }: { rendition: string; sequence: number }): boolean {
    const newest = air.newest.get(rendition) ?? -Infinity;
    return sequence <= newest && sequence > newest - REACH * this.#deps.keptSegments;
  }

  #note(air: Air, name: string, content: Buffer): void {
    const file = parseLiveFile(name);
    if (!file?.rendition) return;
    const numbers = [...content.toString().matchAll(/^(\d+)\.ts$/gm)].map(([, n]) => Number(n));
    if (numbers.length > 0) air.newest.set(file.rendition, Math.max(...numbers));
  }

  #forgetUnused(now: number): void {
    for (const [roomId, { usedAt }] of this.#airs) {
      if (now - usedAt > FORGET_MS) this.#airs.delete(roomId);
    }
  }
}

/** A mixer that does not know yet that its room was started anew goes on with keys that nobody gets any more. */
function isOf(playlist: Buffer, nonce: NonNullable<LiveRoomRecord['nonce']>): boolean {
  const text = playlist.toString();
  return !text.includes('#EXT-X-KEY') || text.includes(`/keys/${nonce}/`);
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: 1_000, cause });
}
