import type { LayerSet } from './layers.ts';

/**
 * Packets per second, predicted: the unit of load. Measured at 13 µs of a core for each packet that
 * leaves at 100 consumers and 20 µs at 400.
 */
export const AUDIO_PPS = 50;
/** Of a picture up to so high, in pixels: those of a 720p camera's layers. */
const PICTURES: readonly { upTo: number; pps: number }[] = [
  { upTo: 240, pps: 20 },
  { upTo: 480, pps: 60 },
  { upTo: Number.POSITIVE_INFINITY, pps: 170 },
];
/** Of a picture as most people receive it: neither a thumbnail nor the whole stage. */
export const PICTURE_PPS = 60;
/** What a worker's core forwards before it is full, until somebody has measured theirs. */
export const WORKER_CAPACITY_PPS = 40_000;
/** A router that has just been opened, until its consumers show the real load. */
export const ROUTER_PPS = 100;

/** Of one spatial layer; a stream of a single layer is predicted by its own size. */
export function layerPps({ size, scales }: LayerSet, spatialLayer: number): number {
  const height = size.height / (scales[spatialLayer] ?? 1);
  return PICTURES.find(({ upTo }) => height <= upTo)?.pps ?? 0;
}

/** Of all spatial layers, as they cross a pipe. */
export function allLayersPps(layers: LayerSet): number {
  return layers.scales.reduce((sum, _scale, layer) => sum + layerPps(layers, layer), 0);
}
