import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseLayers,
  highestWanted,
  layersOf,
  type LayerSet,
} from '../../../../server/media/layers.ts';

/** A camera's three layers, as the client sends them: 320 × 180, 640 × 360, 1280 × 720. */
const camera: LayerSet = {
  size: { width: 1280, height: 720 },
  scales: [4, 2, 1],
  temporalLayers: 3,
};

describe('the layer for a tile', () => {
  test.each([
    ['a thumbnail', 160, 90, { spatialLayer: 0, temporalLayer: 1 }],
    ['a small tile', 320, 180, { spatialLayer: 0, temporalLayer: 2 }],
    ['one that may be scaled up a little', 384, 216, { spatialLayer: 0, temporalLayer: 2 }],
    ['one that may not', 385, 217, { spatialLayer: 1, temporalLayer: 2 }],
    ['a half', 640, 360, { spatialLayer: 1, temporalLayer: 2 }],
    ['a portrait tile, which crops the picture', 200, 700, { spatialLayer: 2, temporalLayer: 2 }],
    ['full screen', 3840, 2160, { spatialLayer: 2, temporalLayer: 2 }],
  ])('%s, %i × %i', (_, width, height, expected) => {
    expect(chooseLayers({ width, height }, camera)).toMatchObject(expected);
  });

  test.each([
    [0, 0],
    [0, 100],
    [100, 0],
  ])('%i × %i: none', (width, height) => {
    expect(chooseLayers({ width, height }, camera)).toBeNull();
  });

  test('without a word of the client, the largest', () => {
    expect(chooseLayers(undefined, camera)).toEqual({
      spatialLayer: 2,
      temporalLayer: 2,
      priority: 128,
    });
  });
});

const pixels = fc.integer({ min: 1, max: 16_384 });
const view = fc.record({ width: pixels, height: pixels });
const layerSet: fc.Arbitrary<LayerSet> = fc.record({
  size: fc.record({ width: pixels, height: pixels }),
  scales: fc
    .uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 4 })
    .map((scales) => scales.sort((a, b) => b - a)),
  temporalLayers: fc.integer({ min: 1, max: 3 }),
});

test('the smallest layer that fills the tile with little scaling, or the largest there is', () => {
  const fills = (
    at: { width: number; height: number },
    { size, scales }: LayerSet,
    layer: number,
  ) => Math.max(at.width / size.width, at.height / size.height) <= 1.2 / (scales[layer] ?? 1);
  fc.assert(
    fc.property(view, layerSet, (at, layers) => {
      const { spatialLayer = -1 } = chooseLayers(at, layers) ?? {};
      const top = layers.scales.length - 1;
      expect(spatialLayer).toBeGreaterThanOrEqual(0);
      expect(spatialLayer).toBeLessThanOrEqual(top);
      if (spatialLayer < top) expect(fills(at, layers, spatialLayer)).toBe(true);
      for (let below = 0; below < spatialLayer; below++) {
        expect(fills(at, layers, below)).toBe(false);
      }
    }),
  );
});

test('a larger tile never gets less', () => {
  fc.assert(
    fc.property(view, view, layerSet, (a, b, layers) => {
      const small = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
      const large = { width: Math.max(a.width, b.width), height: Math.max(a.height, b.height) };
      const less = chooseLayers(small, layers);
      const more = chooseLayers(large, layers);
      expect(less).not.toBeNull();
      expect(more?.spatialLayer).toBeGreaterThanOrEqual(less?.spatialLayer ?? 0);
      expect(more?.priority).toBeGreaterThanOrEqual(less?.priority ?? 0);
    }),
  );
});

test('layers and priorities are such as mediasoup takes', () => {
  fc.assert(
    fc.property(view, layerSet, (at, layers) => {
      const { temporalLayer = -1, priority = 0 } = chooseLayers(at, layers) ?? {};
      expect(temporalLayer).toBeGreaterThanOrEqual(0);
      expect(temporalLayer).toBeLessThan(layers.temporalLayers);
      expect(Number.isInteger(priority) && priority >= 1 && priority <= 255).toBe(true);
    }),
  );
});

describe('what a publisher sends', () => {
  const size = { width: 1280, height: 720 };
  test.each([
    ['one encoding', [{}], [1], 1],
    [
      'simulcast as it was asked for',
      [
        { rid: 'l', scaleResolutionDownBy: 3, scalabilityMode: 'L1T3' },
        { rid: 'h', scaleResolutionDownBy: 1, scalabilityMode: 'L1T3' },
      ],
      [3, 1],
      3,
    ],
    [
      'simulcast that does not say how large',
      [{ rid: 'l' }, { rid: 'm' }, { rid: 'h' }],
      [4, 2, 1],
      1,
    ],
    ['SVC', [{ scalabilityMode: 'L3T3_KEY' }], [4, 2, 1], 3],
    ['S mode', [{ scalabilityMode: 'S2T1' }], [2, 1], 1],
    ['a mode nobody knows', [{ scalabilityMode: 'best' }], [1], 1],
  ])('%s', (_, encodings, scales, temporalLayers) => {
    expect(layersOf(encodings, size)).toEqual({ size, scales, temporalLayers });
  });
});

test('the highest wanted layer is the highest, and −1 of none', () => {
  expect(highestWanted([])).toBe(-1);
  expect(highestWanted([0, 2, 1])).toBe(2);
});
