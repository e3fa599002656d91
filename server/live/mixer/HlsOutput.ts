import { createCipheriv } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MixedSegment } from './MixedSegment.ts';
import {
  appendSegment,
  ivOf,
  LIST_ENDS,
  renderMaster,
  renderMedia,
  type MediaPlaylist,
} from './playlists.ts';
import { variantOf, type Rendition } from './renditions.ts';
import { writeWhole } from './writeWhole.ts';

export const MASTER_NAME = 'master.m3u8';
export const PLAYLIST_NAME = 'index.m3u8';

/** A key of AES-128, and where listeners get it. */
export interface SegmentKey {
  uri: string;
  key: Uint8Array;
}

export interface HlsOutputOptions {
  /** Where the playlists and segments go; made where it is missing, and left when all is over. */
  folder: string;
  renditions: readonly Rendition[];
  framesPerSecond: number;
  segmentSec: number;
  /** Segments in a playlist. As many more stay for those who are slow. */
  keptSegments: number;
  /** The key of a segment by its number. */
  keyOf: (sequence: number) => SegmentKey;
  /** Number of its first segment: beyond all that the room had. */
  firstSequence: number;
  /** Discontinuities that the room had. */
  discontinuitySequence: number;
}

/**
 * Encrypts segments and publishes them. That is done here and not by the encoder, so that numbers, keys and
 * playlists go on as they are whichever process made a segment. Everything is written whole: whoever reads
 * meanwhile gets what was before.
 */
export class HlsOutput {
  readonly #options: HlsOutputOptions;
  readonly #playlists = new Map<string, MediaPlaylist>();
  #sequence: number;
  #discontinuities: number;
  /** What listeners got last does not lead to what comes next. */
  #isBroken = true;
  #published = 0;

  static async create(options: HlsOutputOptions): Promise<HlsOutput> {
    const { folder, renditions, framesPerSecond } = options;
    await mkdir(folder, { recursive: true });
    for (const { name } of renditions) {
      await mkdir(join(folder, name), { recursive: true });
      // Of what was published there before, with other keys.
      await rm(join(folder, name, PLAYLIST_NAME), { force: true });
    }
    const variants = renditions.map((rendition) => variantOf(rendition, framesPerSecond));
    await writeWhole(join(folder, MASTER_NAME), renderMaster(variants, PLAYLIST_NAME));
    return new HlsOutput(options);
  }

  private constructor(options: HlsOutputOptions) {
    this.#options = options;
    this.#sequence = options.firstSequence;
    this.#discontinuities = options.discontinuitySequence;
  }

  /** Discontinuities that the room had by now. */
  get discontinuities(): number {
    return this.#discontinuities;
  }

  get renditions(): readonly Rendition[] {
    return this.#options.renditions;
  }

  get published(): number {
    return this.#published;
  }

  /**
   * Publishes one segment of every rendition after those before; not to be called again before it has settled.
   * @returns its number @throws whatever writing throws: then it is left out, everywhere
   */
  async publish(segment: MixedSegment): Promise<number> {
    const { folder } = this.#options;
    const sequence = this.#sequence;
    this.#isBroken ||= segment.isDiscontinuous;
    const { uri, key } = this.#options.keyOf(sequence);
    const name = `${sequence}.ts`;
    for (const { rendition, data } of segment.files) {
      const cipher = createCipheriv('aes-128-cbc', key, ivOf(sequence));
      const encrypted = Buffer.concat([cipher.update(data), cipher.final()]);
      try {
        await writeWhole(join(folder, rendition.name, name), encrypted);
      } catch (error) {
        this.#isBroken = true;
        throw error;
      }
    }
    const entry = { sequence, name, startsAt: segment.startsAt, keyUri: uri };
    for (const { rendition, durationSec } of segment.files) {
      const before = this.#playlists.get(rendition.name) ?? {
        segments: [],
        discontinuitySequence: this.#discontinuities,
      };
      const next = { ...entry, durationSec, isDiscontinuous: this.#isBroken };
      const kept = this.#options.keptSegments;
      this.#playlists.set(rendition.name, appendSegment(before, next, kept));
    }
    if (this.#isBroken) this.#discontinuities += 1;
    this.#isBroken = false;
    this.#sequence += 1;
    this.#published += 1;
    await this.#writePlaylists(false);
    await this.#removeOld();
    return sequence;
  }

  /** After what was published before. @param hasEnded says in the playlists that nothing comes any more */
  async end(hasEnded: boolean): Promise<void> {
    if (hasEnded) await this.#writePlaylists(true);
  }

  async #writePlaylists(hasEnded: boolean): Promise<void> {
    const { folder, segmentSec } = this.#options;
    for (const [name, playlist] of this.#playlists) {
      const text = renderMedia(playlist, segmentSec, hasEnded);
      await writeWhole(join(folder, name, PLAYLIST_NAME), text);
    }
  }

  /** Also what mixers before it have left: their numbers were lower. */
  async #removeOld(): Promise<void> {
    const { folder, renditions, keptSegments } = this.#options;
    const oldest = this.#sequence - 2 * keptSegments;
    for (const { name: rendition } of renditions) {
      for (const name of await readdir(join(folder, rendition))) {
        const sequence = /^(\d+)\.ts(\.tmp)?$/.exec(name)?.[1];
        if (sequence !== undefined && Number(sequence) < oldest) {
          await rm(join(folder, rendition, name), { force: true });
        }
      }
    }
  }
}

/** Says that nothing comes any more in whatever playlists a mixer has left that could not say so. */
export async function endPlaylists(folder: string, renditions: readonly string[]): Promise<void> {
  for (const rendition of renditions) {
    const path = join(folder, rendition, PLAYLIST_NAME);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null && !text.includes(LIST_ENDS)) await writeWhole(path, `${text}${LIST_ENDS}\n`);
  }
}
