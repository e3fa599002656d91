import { createDecipheriv } from 'node:crypto';
import { ivOf } from '../../../server/live/mixer/playlists.ts';
import { ensureFfmpeg } from '../../../provision/ensureFfmpeg.ts';
import { analyze, type Frame, type Sound } from './analyze.ts';

const POLL_MS = 200;

export interface HeardSegment {
  sequence: number;
  startsAt: number;
  durationSec: number;
  isDiscontinuous: boolean;
  /** When it could be fetched, milliseconds since 1970. */
  foundAt: number;
  plain: Buffer;
}

/** Follows one rendition as a player does, decrypts what it finds, and keeps all of it. */
export class Listener {
  readonly segments: HeardSegment[] = [];
  readonly keyUris = new Set<string>();
  readonly #read: (name: string) => Promise<Buffer>;
  readonly #keyOf: (uri: string) => Uint8Array | Promise<Uint8Array>;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();
  #ended = false;

  /** @param read a file of the rendition: its playlist, or a segment. @param keyOf what opens a segment */
  constructor(
    read: (name: string) => Promise<Buffer>,
    keyOf: (uri: string) => Uint8Array | Promise<Uint8Array>,
  ) {
    this.#read = read;
    this.#keyOf = keyOf;
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, POLL_MS);
  }

  /** Whether the playlist says that nothing comes any more. */
  get ended(): boolean {
    return this.#ended;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#looking = this.#looking.then(() => this.#look());
    await this.#looking;
  }

  /** Pictures and sound of each encoder, with the times at which they were on the stage. */
  async watch(): Promise<{ frames: Frame[]; sound: Sound }[]> {
    const runs: HeardSegment[][] = [];
    for (const segment of this.segments) {
      if (segment.isDiscontinuous || runs.length === 0) runs.push([]);
      runs.at(-1)?.push(segment);
    }
    const ffmpeg = await ensureFfmpeg();
    return Promise.all(
      runs.map((run) =>
        analyze(ffmpeg, Buffer.concat(run.map(({ plain }) => plain)), run[0]?.startsAt ?? 0),
      ),
    );
  }

  async #look(): Promise<void> {
    const text = (await this.#read('index.m3u8').catch(() => '')).toString();
    const foundAt = Date.now();
    let [isDiscontinuous, startsAt, durationSec, keyUri] = [false, 0, 0, ''];
    for (const line of text.split('\n')) {
      const [, name, value = ''] = /^#(EXT[\w-]*):?(.*)$/.exec(line) ?? [];
      if (name === 'EXT-X-ENDLIST') this.#ended = true;
      else if (name === 'EXT-X-DISCONTINUITY') isDiscontinuous = true;
      else if (name === 'EXT-X-PROGRAM-DATE-TIME') startsAt = Date.parse(value);
      else if (name === 'EXTINF') durationSec = Number.parseFloat(value);
      else if (name === 'EXT-X-KEY') {
        const uri = /URI="([^"]+)"/.exec(value)?.[1] ?? '';
        this.keyUris.add(uri);
        keyUri = uri;
      } else if (line.endsWith('.ts')) {
        const sequence = Number.parseInt(line, 10);
        if (sequence > (this.segments.at(-1)?.sequence ?? -1)) {
          const encrypted = await this.#read(line);
          const key = Uint8Array.from(await this.#keyOf(keyUri));
          const decipher = createDecipheriv('aes-128-cbc', key, ivOf(sequence));
          const plain = Buffer.concat([decipher.update(encrypted), decipher.final()]);
          const segment = { sequence, startsAt, durationSec, isDiscontinuous, foundAt, plain };
          this.segments.push(segment);
        }
        isDiscontinuous = false;
      }
    }
  }
}
