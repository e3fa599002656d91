import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MixOutputs } from '../../../server/live/MixFiles.ts';
import { keyPathOf } from '../../../server/live/views.ts';

interface Written {
  first: number;
  count: number;
  nonce: string;
  roomId?: string;
  hasEnded?: boolean;
}

/** What a mixer writes, on the disk as it does, without the mixer. */
export class TestOutput implements MixOutputs {
  readonly folder: string;
  /** How often somebody looked for a file. */
  reads = 0;
  /** Null: this node has nothing of it. */
  generation: number | null = 1;
  health: unknown = null;

  static async create(): Promise<TestOutput> {
    return new TestOutput(await mkdtemp(join(tmpdir(), 'parley-live-')));
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  folderOf(_meetingId: string, generation: number): string | null {
    this.reads += 1;
    return generation === this.generation ? this.folder : null;
  }

  healthOf(): unknown {
    return this.health;
  }

  /** @returns the segments' content, in order */
  async write({ first, count, nonce, roomId = 'stage', hasEnded = false }: Written) {
    const folder = join(this.folder, '360p');
    await mkdir(folder, { recursive: true });
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const contents = numbers.map(() => randomBytes(1_000));
    for (const [index, number] of numbers.entries()) {
      await writeFile(join(folder, `${number}.ts`), contents[index] ?? '');
    }
    const lines = [
      ...['#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:2'],
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
      `#EXT-X-KEY:METHOD=AES-128,URI="${keyPathOf(roomId, nonce)}/0"`,
      ...numbers.flatMap((number) => ['#EXTINF:2.0,', `${number}.ts`]),
      ...(hasEnded ? ['#EXT-X-ENDLIST'] : []),
    ];
    await writeFile(join(folder, 'index.m3u8'), `${lines.join('\n')}\n`);
    await writeFile(join(this.folder, 'master.m3u8'), '#EXTM3U\n360p/index.m3u8\n');
    return contents;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
