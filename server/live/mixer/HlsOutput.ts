import { createCipheriv } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Mailbox } from '../../core/Mailbox.ts';
import type { SegmentRow } from './EncoderProcess.ts';
import {
  appendSegment,
  ivOf,
  renderMaster,
  renderMedia,
  type MediaPlaylist,
  type Segment,
} from './playlists.ts';
import { variantOf, type Rendition } from './renditions.ts';

export const MASTER_NAME = 'master.m3u8';
export const PLAYLIST_NAME = 'index.m3u8';
const KEY_BYTES = 16;

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
  /** Segments that are encrypted with one key. */
  segmentsPerKey: number;
  /** Makes the next key. @param firstSequence of the first segment with it */
  issueKey: (firstSequence: number) => SegmentKey | Promise<SegmentKey>;
  /** Where another mixer has left the room: its next media sequence number and discontinuities so far. */
  continues: { sequence: number; discontinuitySequence: number } | null;
}

/**
 * Encrypts segments and publishes them. That is done here and not by the encoder, so that numbers, keys and
 * playlists go on as they are whichever process made a segment. Everything is written whole: whoever reads
 * meanwhile gets what was before.
 */
export class HlsOutput {
  readonly #options: HlsOutputOptions;
  readonly #mailbox = new Mailbox();
  readonly #old: Segment[] = [];
  #playlist: MediaPlaylist;
  #sequence: number;
  #key: SegmentKey | null = null;
  #keyLeft = 0;
  #published = 0;
  #durations = new Map<string, MediaPlaylist>();

  static async create(options: HlsOutputOptions): Promise<HlsOutput> {
    const { folder, renditions, framesPerSecond } = options;
    await mkdir(folder, { recursive: true });
    for (const { name } of renditions) await mkdir(join(folder, name), { recursive: true });
    const variants = renditions.map((rendition) => variantOf(rendition, framesPerSecond));
    await writeWhole(join(folder, MASTER_NAME), renderMaster(variants, PLAYLIST_NAME));
    return new HlsOutput(options);
  }

  private constructor(options: HlsOutputOptions) {
    this.#options = options;
    this.#sequence = options.continues?.sequence ?? 0;
    const discontinuitySequence = options.continues?.discontinuitySequence ?? 0;
    this.#playlist = { segments: [], discontinuitySequence };
  }

  /** What another mixer would have to continue with. */
  get position(): { sequence: number; discontinuitySequence: number } {
    const { segments, discontinuitySequence } = this.#playlist;
    const within = segments.filter(({ isDiscontinuous }) => isDiscontinuous).length;
    return { sequence: this.#sequence, discontinuitySequence: discontinuitySequence + within };
  }

  get published(): number {
    return this.#published;
  }

  /**
   * Publishes one segment of every rendition, after those before.
   * @param startsAt milliseconds since 1970 @param isDiscontinuous it does not continue the one before
   * @throws whatever writing throws: then it is left out, everywhere
   */
  publish(row: SegmentRow, startsAt: number, isDiscontinuous: boolean): Promise<void> {
    return this.#mailbox.post(() => this.#publish(row, startsAt, isDiscontinuous));
  }

  /** After what was published before. @param hasEnded says in the playlists that nothing comes any more */
  async end(hasEnded: boolean): Promise<void> {
    await this.#mailbox.post(() => (hasEnded ? this.#writePlaylists(true) : undefined));
    this.#mailbox.close();
  }

  async #publish(row: SegmentRow, startsAt: number, isDiscontinuous: boolean): Promise<void> {
    const { folder, renditions, keptSegments } = this.#options;
    const sequence = this.#sequence;
    const { uri, key } = await this.#nextKey(sequence);
    const name = `${sequence}.ts`;
    try {
      for (const [index, rendition] of renditions.entries()) {
        const file = row.files[index];
        if (!file) throw new RangeError(`A segment of ${rendition.name} is missing.`);
        const cipher = createCipheriv('aes-128-cbc', key, ivOf(sequence));
        const plain = await readFile(file.path);
        const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
        await writeWhole(join(folder, rendition.name, name), encrypted);
      }
    } finally {
      await Promise.all(row.files.map(({ path }) => rm(path, { force: true })));
    }
    this.#sequence += 1;
    this.#keyLeft -= 1;
    const isBroken = isDiscontinuous && (this.#published > 0 || this.#options.continues !== null);
    const segment = { sequence, name, startsAt, keyUri: uri, isDiscontinuous: isBroken };
    const durationSec = row.endSec - row.startSec;
    const next = appendSegment(this.#playlist, { ...segment, durationSec }, keptSegments);
    this.#playlist = next.playlist;
    this.#published += 1;
    for (const [index, { name: rendition }] of renditions.entries()) {
      const before = this.#durations.get(rendition) ?? { segments: [], discontinuitySequence: 0 };
      const own = row.files[index]?.durationSec ?? durationSec;
      const { playlist } = appendSegment(before, { ...segment, durationSec: own }, keptSegments);
      this.#durations.set(rendition, playlist);
    }
    await this.#writePlaylists(false);
    await this.#removeOld(next.gone);
  }

  async #nextKey(sequence: number): Promise<SegmentKey> {
    if (this.#key && this.#keyLeft > 0) return this.#key;
    const key = await this.#options.issueKey(sequence);
    if (key.key.length !== KEY_BYTES) throw new RangeError('A key of AES-128 has 16 bytes.');
    this.#key = key;
    this.#keyLeft = this.#options.segmentsPerKey;
    return key;
  }

  async #writePlaylists(hasEnded: boolean): Promise<void> {
    const { folder, renditions, segmentSec } = this.#options;
    for (const { name } of renditions) {
      const segments = this.#durations.get(name)?.segments ?? [];
      const { discontinuitySequence } = this.#playlist;
      const text = renderMedia({ segments, discontinuitySequence }, segmentSec, hasEnded);
      await writeWhole(join(folder, name, PLAYLIST_NAME), text);
    }
  }

  async #removeOld(gone: readonly Segment[]): Promise<void> {
    const { folder, renditions, keptSegments } = this.#options;
    this.#old.push(...gone);
    while (this.#old.length > keptSegments) {
      const name = this.#old.shift()?.name ?? '';
      for (const rendition of renditions)
        await rm(join(folder, rendition.name, name), { force: true });
    }
  }
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
