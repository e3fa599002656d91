import { createDecipheriv } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ivOf } from '../../server/live/mixer/playlists.ts';
import { analyze, type Frame } from '../../test/support/live/analyze.ts';

const POLL_MS = 100;

interface Segment {
  sequence: number;
  /** Milliseconds since 1970, as the next. */
  startsAt: number;
  foundAt: number;
  isDiscontinuous: boolean;
  plain: Buffer;
}

/** A listener of a live room at one node: gets whatever comes, as soon as it is in the playlist. */
export class LiveListener {
  readonly #site: string;
  readonly #token: string;
  readonly #playlist: string;
  #segments: Segment[] = [];
  #stopped = false;
  #reading: Promise<void>;

  /** @param site address of the node @param token that its keys are answered to */
  constructor(site: string, roomId: string, token: string) {
    this.#site = site;
    this.#token = token;
    this.#playlist = `${site}/live/${roomId}/hls/360p/`;
    this.#reading = this.#read();
  }

  /** When segments were there, milliseconds since 1970. */
  get foundAt(): number[] {
    return this.#segments.map(({ foundAt }) => foundAt);
  }

  /** When the pictures of all that was heard were on the stage. */
  async frames(): Promise<Frame[]> {
    const runs: Segment[][] = [];
    for (const segment of this.#segments) {
      if (segment.isDiscontinuous || runs.length === 0) runs.push([]);
      runs.at(-1)?.push(segment);
    }
    const watched = await Promise.all(
      runs.map((run) =>
        analyze('ffmpeg', Buffer.concat(run.map(({ plain }) => plain)), run[0]?.startsAt ?? 0),
      ),
    );
    return watched.flatMap(({ frames }) => frames);
  }

  /** Only what comes from now on counts, and the last two before. */
  forget(): void {
    this.#segments = this.#segments.slice(-2);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      await this.#look().catch(() => undefined);
      await sleep(POLL_MS);
    }
  }

  async #look(): Promise<void> {
    const text = await (await fetch(`${this.#playlist}index.m3u8`)).text();
    const foundAt = Date.now();
    let [isDiscontinuous, startsAt, keyPath] = [false, 0, ''];
    for (const line of text.split('\n')) {
      if (line === '#EXT-X-DISCONTINUITY') isDiscontinuous = true;
      startsAt = Date.parse(/^#EXT-X-PROGRAM-DATE-TIME:(.*)/.exec(line)?.[1] ?? '') || startsAt;
      keyPath = /^#EXT-X-KEY:.*URI="([^"]+)"/.exec(line)?.[1] ?? keyPath;
      if (!line.endsWith('.ts')) continue;
      const sequence = Number.parseInt(line, 10);
      if (sequence > (this.#segments.at(-1)?.sequence ?? -1)) {
        const [encrypted, key] = await Promise.all([
          bytesOf(`${this.#playlist}${line}`),
          bytesOf(`${this.#site}${keyPath}`, this.#token),
        ]);
        const decipher = createDecipheriv('aes-128-cbc', key, ivOf(sequence));
        const plain = Buffer.concat([decipher.update(encrypted), decipher.final()]);
        this.#segments.push({ sequence, startsAt, foundAt, isDiscontinuous, plain });
      }
      isDiscontinuous = false;
    }
  }
}

async function bytesOf(url: string, token?: string): Promise<Buffer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return Buffer.from(await answer.arrayBuffer());
}
