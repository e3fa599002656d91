import type { types } from 'mediasoup';
import type { VideoCodec } from '../../protocol/notifications.ts';

const OPUS: types.RouterRtpCodecCapability = {
  kind: 'audio',
  mimeType: 'audio/opus',
  clockRate: 48_000,
  channels: 2,
  parameters: { usedtx: 1, useinbandfec: 1 },
};

const VIDEO: Record<VideoCodec, types.RouterRtpCodecCapability[]> = {
  VP8: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
  VP9: [
    { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  ],
  H264: [
    {
      kind: 'video',
      mimeType: 'video/H264',
      clockRate: 90_000,
      parameters: {
        // Constrained baseline 3.1: what every browser's and phone's decoder takes.
        'profile-level-id': '42e01f',
        'packetization-mode': 1,
        'level-asymmetry-allowed': 1,
      },
    },
  ],
  AV1: [{ kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 }],
};

/** What routers offer: Opus, and the video codecs in the operator's order of preference. */
export function routerCodecs(videoCodecs: readonly VideoCodec[]): types.RouterRtpCodecCapability[] {
  return [OPUS, ...videoCodecs.flatMap((codec) => VIDEO[codec])];
}
