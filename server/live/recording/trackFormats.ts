import type { MixInput } from '../mixer/feed.ts';
import type { Depacketizer, EncodedFrame } from '../mixer/FrameAssembler.ts';
import { DEPACKETIZERS } from '../mixer/PictureInput.ts';
import { SAMPLE_RATE } from '../mixer/opusPackets.ts';
import { lengthPrefixed, parametersOf, unitsOf } from './h264Parameters.ts';
import type { TrackFormat } from './MatroskaFile.ts';

const CHANNELS = 2;
/** What an encoder of Opus commonly makes up before the first sample, in samples: RFC 7845 and libopus. */
const PRE_SKIP = 312;
const VP8_SIZE_AT = 6;

/** How one kind of stream is kept in a file. */
export interface TrackCodec {
  kind: 'audio' | 'video';
  name: 'opus' | 'vp8' | 'h264';
  extension: 'webm' | 'mkv';
  /** Of its timestamps, a second. */
  clock: number;
  depacketizer: Depacketizer;
  /** Null before a frame says enough. */
  formatOf(frame: EncodedFrame): TrackFormat | null;
  /** What goes into the file of a frame. */
  dataOf(frame: EncodedFrame): Buffer;
}

/** Every packet is a frame, and decoding can begin at any. */
const opus: Depacketizer = {
  read: (payload) => ({ data: [payload], begins: true, isKey: true }),
};

export const TRACK_CODECS: Record<MixInput['kind'], TrackCodec> = {
  voice: {
    ...{ kind: 'audio', name: 'opus', extension: 'webm', clock: SAMPLE_RATE },
    depacketizer: opus,
    formatOf: () => ({
      ...{ kind: 'audio', codec: 'A_OPUS', codecPrivate: opusHead() },
      ...{ channels: CHANNELS, sampleRate: SAMPLE_RATE },
      delayNs: Math.round((PRE_SKIP / SAMPLE_RATE) * 1e9),
    }),
    dataOf: ({ data }) => data,
  },
  VP8: {
    ...{ kind: 'video', name: 'vp8', extension: 'webm', clock: 90_000 },
    depacketizer: DEPACKETIZERS.VP8,
    formatOf: ({ isKey, data }) =>
      !isKey || data.length < VP8_SIZE_AT + 4
        ? null
        : {
            ...{ kind: 'video', codec: 'V_VP8', codecPrivate: null },
            // Of a key frame's header (RFC 6386, section 9.1); the upper two bits say how to scale.
            size: {
              width: data.readUInt16LE(VP8_SIZE_AT) & 0x3fff,
              height: data.readUInt16LE(VP8_SIZE_AT + 2) & 0x3fff,
            },
          },
    dataOf: ({ data }) => data,
  },
  H264: {
    ...{ kind: 'video', name: 'h264', extension: 'mkv', clock: 90_000 },
    depacketizer: DEPACKETIZERS.H264,
    formatOf: ({ data }) => {
      const parameters = parametersOf(unitsOf(data));
      return (
        parameters && {
          ...{ kind: 'video', codec: 'V_MPEG4/ISO/AVC' },
          ...{ codecPrivate: parameters.avcC, size: parameters.size },
        }
      );
    },
    dataOf: ({ data }) => lengthPrefixed(unitsOf(data)),
  },
};

/** RFC 7845, section 5.1. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = 1;
  head[9] = CHANNELS;
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(SAMPLE_RATE, 12);
  return head;
}
