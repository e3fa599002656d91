import { describe, expect, it } from 'vitest';
import { allLayersPps, layerPps } from '../../../../server/media/packetRates.ts';

const camera = { size: { width: 1280, height: 720 }, scales: [4, 2, 1], temporalLayers: 3 };

describe('predicted packets of a picture', () => {
  it('grow with the layer', () => {
    expect([0, 1, 2].map((layer) => layerPps(camera, layer))).toEqual([20, 60, 170]);
  });

  it('are those of its size where there is one layer: a screen is no thumbnail', () => {
    const screen = { size: { width: 1920, height: 1080 }, scales: [1], temporalLayers: 1 };
    expect(layerPps(screen, 0)).toBe(170);
    expect(layerPps({ ...screen, size: { width: 320, height: 180 } }, 0)).toBe(20);
  });

  it('are those of all layers on their way through a pipe', () => {
    expect(allLayersPps(camera)).toBe(250);
  });
});
