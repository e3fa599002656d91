import { open, type FileHandle } from 'node:fs/promises';
import type { Size } from '../mixer/layout.ts';
import { element, float, number, sizeOf, text, UNKNOWN_SIZE } from '../mixer/ebml.ts';

/** One track in a file of Matroska or WebM (RFC 9559). */

const TRACK = 1;
const KEY_FRAME = 0x80;
/** Times within a cluster have 16 bits; shorter ones let players find their way. */
const CLUSTER_MS = 5_000;
const SEGMENT_ID = Buffer.from('18538067', 'hex');
const CLUSTER_ID = Buffer.from('1f43b675', 'hex');
const VIDEO = 1;
const AUDIO = 2;
const NANOSECONDS = 1_000_000;

export type TrackFormat = { codec: string; codecPrivate: Buffer | null } & (
  | { kind: 'video'; size: Size }
  /** What a decoder makes up before the first sample, in nanoseconds. */
  | { kind: 'audio'; channels: number; sampleRate: number; delayNs: number }
);

/**
 * Written as it comes, each frame at once: a process that is killed leaves a file that plays to the last of them.
 * Where clusters begin is told at the end, for seeking; players find it themselves in a file that has no end.
 */
export class MatroskaFile {
  readonly #file: FileHandle;
  readonly #durationAt: number;
  readonly #segmentAt: number;
  readonly #cues: { timeMs: number; at: number }[] = [];
  #length: number;
  #clusterMs: number | null = null;

  static async create(path: string, format: TrackFormat): Promise<MatroskaFile> {
    const file = await open(path, 'w', 0o600);
    const { head, segmentAt, durationAt } = headOf(format);
    await file.write(head, 0, head.length, 0);
    return new MatroskaFile(file, head.length, segmentAt, durationAt);
  }

  private constructor(file: FileHandle, length: number, segmentAt: number, durationAt: number) {
    this.#file = file;
    this.#length = length;
    this.#segmentAt = segmentAt;
    this.#durationAt = durationAt;
  }

  get bytes(): number {
    return this.#length;
  }

  /** One at a time. @param timeMs since the beginning, not less than before */
  async append(timeMs: number, isKey: boolean, data: Buffer, isVideo: boolean): Promise<void> {
    const time = Math.round(timeMs);
    const since = this.#clusterMs === null ? Infinity : time - this.#clusterMs;
    const parts: Buffer[] = [];
    // Playing begins at a key frame; after long silence there may be none in time.
    if ((since >= CLUSTER_MS && isKey) || since >= 6 * CLUSTER_MS) {
      this.#cues.push({ timeMs: time, at: this.#length });
      this.#clusterMs = time;
      parts.push(CLUSTER_ID, UNKNOWN_SIZE, element('e7', number(time)));
    }
    const block = Buffer.alloc(4);
    block[0] = 0x80 | TRACK;
    block.writeInt16BE(time - (this.#clusterMs ?? time), 1);
    block[3] = isKey || !isVideo ? KEY_FRAME : 0;
    parts.push(Buffer.from('a3', 'hex'), sizeOf(block.length + data.length), block, data);
    const bytes = Buffer.concat(parts);
    await this.#file.write(bytes, 0, bytes.length, this.#length);
    this.#length += bytes.length;
  }

  /** Says how long it is so far. */
  async setDuration(durationMs: number): Promise<void> {
    const value = float(durationMs);
    await this.#file.write(value, 0, value.length, this.#durationAt);
  }

  /** Writes where its clusters are, and how long all is. */
  async finish(durationMs: number): Promise<void> {
    try {
      const cues = element(
        '1c53bb6b',
        this.#cues.map(({ timeMs, at }) =>
          element('bb', [
            element('b3', number(timeMs)),
            element('b7', [
              element('f7', number(TRACK)),
              element('f1', number(at - this.#segmentAt)),
            ]),
          ]),
        ),
      );
      await this.setDuration(durationMs);
      if (this.#cues.length === 0) return;
      await this.#file.write(cues, 0, cues.length, this.#length);
      const size = sizeOf(this.#length + cues.length - this.#segmentAt);
      await this.#file.write(size, 0, size.length, this.#segmentAt - size.length);
      this.#length += cues.length;
    } finally {
      await this.#file.close();
    }
  }
}

function headOf(format: TrackFormat): { head: Buffer; segmentAt: number; durationAt: number } {
  const isWebm = !format.codec.startsWith('V_MPEG4');
  const ebml = element('1a45dfa3', [
    element('4286', number(1)),
    element('42f7', number(1)),
    element('42f2', number(4)),
    element('42f3', number(8)),
    element('4282', text(isWebm ? 'webm' : 'matroska')),
    element('4287', number(4)),
    element('4285', number(2)),
  ]);
  const duration = element('4489', float(0));
  // In milliseconds; the duration is last, so that its place is known.
  const info = element('1549a966', [
    element('2ad7b1', number(NANOSECONDS)),
    element('4d80', text('Parley')),
    element('5741', text('Parley')),
    duration,
  ]);
  const tracks = element('1654ae6b', [trackOf(format)]);
  const segmentAt = ebml.length + SEGMENT_ID.length + UNKNOWN_SIZE.length;
  return {
    head: Buffer.concat([ebml, SEGMENT_ID, UNKNOWN_SIZE, info, tracks]),
    segmentAt,
    durationAt: segmentAt + info.length - 8,
  };
}

function trackOf(format: TrackFormat): Buffer {
  const isVideo = format.kind === 'video';
  return element('ae', [
    element('d7', number(TRACK)),
    element('73c5', number(TRACK)),
    element('83', number(isVideo ? VIDEO : AUDIO)),
    // Nothing is laced: every block is one frame.
    element('9c', number(0)),
    element('86', text(format.codec)),
    ...(format.codecPrivate ? [element('63a2', format.codecPrivate)] : []),
    ...(format.kind === 'video'
      ? [
          element('e0', [
            element('b0', number(format.size.width)),
            element('ba', number(format.size.height)),
          ]),
        ]
      : [
          element('56aa', number(format.delayNs)),
          element('56bb', number(80 * NANOSECONDS)),
          element('e1', [
            element('b5', float(format.sampleRate)),
            element('9f', number(format.channels)),
          ]),
        ]),
  ]);
}
