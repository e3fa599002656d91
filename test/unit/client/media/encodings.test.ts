import { describe, expect, test } from 'vitest';
import { cameraEncodings, screenEncodings } from '../../../../client/media/encodings.ts';
import type { PublishOptions } from '../../../../protocol/notifications.ts';

const HD = { width: 1_280, height: 720 };
const publish = (videoCodec: PublishOptions['videoCodec']): PublishOptions => ({
  videoCodec,
  cameraLayers: [
    { scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 15 },
    { scaleResolutionDownBy: 2, maxBitrate: 500_000, maxFramerate: 30 },
    { scaleResolutionDownBy: 1, maxBitrate: 1_700_000, maxFramerate: 30 },
  ],
  screenMaxBitrate: 2_500_000,
  audioMaxBitrate: 40_000,
});

describe('cameraEncodings', () => {
  test('sends the operator’s simulcast layers, smallest first', () => {
    const encodings = cameraEncodings(publish('VP8'), HD);
    expect(encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 500_000, 1_700_000]);
    expect(encodings.every(({ scalabilityMode }) => scalabilityMode === 'L1T3')).toBe(true);
  });

  test('leaves out layers that would be too small to be of use', () => {
    expect(cameraEncodings(publish('VP8'), { width: 320, height: 180 })).toHaveLength(2);
    expect(cameraEncodings(publish('VP8'), { width: 64, height: 48 })).toHaveLength(1);
  });

  test('measures portrait pictures by their shorter side', () => {
    expect(cameraEncodings(publish('VP8'), { width: 720, height: 1_280 })).toHaveLength(3);
  });

  test.each(['VP9', 'AV1'] as const)('lets %s make the layers itself', (codec) => {
    expect(cameraEncodings(publish(codec), HD)).toEqual([
      { maxBitrate: 1_700_000, scalabilityMode: 'L3T3_KEY' },
    ]);
  });

  test('asks H264 for no temporal layers', () => {
    const modes = cameraEncodings(publish('H264'), HD).map(
      ({ scalabilityMode }) => scalabilityMode,
    );
    expect(modes).toEqual([undefined, undefined, undefined]);
  });
});

describe('screenEncodings', () => {
  test('is one encoding within the operator’s bitrate', () => {
    expect(screenEncodings(publish('VP8'))).toMatchObject([{ maxBitrate: 2_500_000 }]);
  });
});
