import type { PublishOptions } from '../../protocol/notifications.ts';

/** What a browser is told about one encoding; a subset of RTCRtpEncodingParameters. */
export interface Encoding {
  scaleResolutionDownBy?: number;
  maxBitrate: number;
  maxFramerate?: number;
  scalabilityMode?: string;
}

/** A layer smaller than this (pixels, shorter side) is worth nothing to anybody. */
const SMALLEST_SIDE = 90;
const SCREEN_FRAMERATE = 15;

/**
 * How to encode a camera: simulcast layers, smallest first, or one scalable encoding where the codec
 * has spatial layers itself.
 */
export function cameraEncodings(
  { videoCodec, cameraLayers }: PublishOptions,
  { width, height }: { width: number; height: number },
): Encoding[] {
  const best = cameraLayers.at(-1);
  if (videoCodec === 'VP9' || videoCodec === 'AV1') {
    return [{ maxBitrate: best?.maxBitrate ?? 0, scalabilityMode: 'L3T3_KEY' }];
  }
  const side = Math.min(width, height);
  const useful = cameraLayers.filter(
    (layer) => layer === best || side / layer.scaleResolutionDownBy >= SMALLEST_SIDE,
  );
  // Temporal layers of H264 are not offered by every encoder.
  return useful.map((layer) => ({
    ...layer,
    ...(videoCodec === 'VP8' && { scalabilityMode: 'L1T3' }),
  }));
}

/** A screen is one encoding: its text must be readable for everybody or it is of no use. */
export function screenEncodings({ videoCodec, screenMaxBitrate }: PublishOptions): Encoding[] {
  return [
    {
      maxBitrate: screenMaxBitrate,
      maxFramerate: SCREEN_FRAMERATE,
      ...(videoCodec !== 'H264' && { scalabilityMode: 'L1T3' }),
    },
  ];
}
