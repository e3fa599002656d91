import type { Logger } from '../../core/logger.ts';
import type { MixedSegment } from '../mixer/MixedSegment.ts';
import { SegmentJoiner } from '../recording/SegmentJoiner.ts';
import { RtmpPush } from './RtmpPush.ts';
import type { PushHealth, PushTarget } from './pushTarget.ts';

/** Sends a room's largest rendition to any number of addresses, each for itself. */
export class Pushes {
  readonly #ffmpeg: string;
  readonly #logger: Logger;
  readonly #pushes = new Map<string, RtmpPush>();
  readonly #ending = new Set<Promise<void>>();
  readonly #joiner = new SegmentJoiner();

  constructor(ffmpeg: string, logger: Logger) {
    this.#ffmpeg = ffmpeg;
    this.#logger = logger;
  }

  get health(): PushHealth[] {
    return [...this.#pushes.values()].map(({ health }) => health);
  }

  /** All that there are from now on; one whose address is another begins anew. */
  set(targets: readonly PushTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.id, target]));
    for (const [id, push] of this.#pushes) {
      if (wanted.get(id)?.url === push.target.url) continue;
      this.#pushes.delete(id);
      this.#end(push);
    }
    for (const [id, target] of wanted) {
      if (this.#pushes.has(id)) continue;
      this.#pushes.set(id, new RtmpPush(target, this.#ffmpeg, this.#logger));
    }
  }

  /** Never waits for any. */
  take({ files, isDiscontinuous }: MixedSegment): void {
    const file = files.find(({ rendition }) => rendition.size !== null);
    if (!file) return;
    // Others have the same bytes.
    const data = Buffer.from(file.data);
    this.#joiner.place(data, file.durationSec, isDiscontinuous);
    for (const push of this.#pushes.values()) push.take(data);
  }

  /** Settles when all their processes are gone. */
  async close(): Promise<void> {
    for (const push of this.#pushes.values()) this.#end(push);
    this.#pushes.clear();
    await Promise.all(this.#ending);
  }

  #end(push: RtmpPush): void {
    const ending = push.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
