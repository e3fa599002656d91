import type { PictureSize } from './MediaCommands.ts';

/** The layers that a video producer sends. */
export interface LayerSet {
  /** Picture size of the largest layer, in pixels. */
  size: PictureSize;
  /** How much smaller than `size` each spatial layer is, smallest layer first. */
  scales: readonly number[];
  /** How many temporal layers each spatial layer has. */
  temporalLayers: number;
}

export interface LayerChoice {
  spatialLayer: number;
  temporalLayer: number;
  /** 1 (first to suffer when bandwidth is short) to 255. */
  priority: number;
}

/** A picture may be scaled up by this much before the next layer is worth its bits. */
const UPSCALE_TOLERANCE = 1.2;
/** A tile less high than this, in physical pixels, is a thumbnail: half the frame rate does. */
const THUMBNAIL_HEIGHT = 160;
/** A tile of this many pixels has the highest priority. */
const FULL_PRIORITY_PIXELS = 1920 * 1080;

/**
 * Smallest layer that still fills what is shown, or null when nothing is shown.
 * Without a view (the client has not said yet) everything is wanted.
 */
export function chooseLayers(view: PictureSize | undefined, layers: LayerSet): LayerChoice | null {
  const top = layers.scales.length - 1;
  const topTemporal = layers.temporalLayers - 1;
  if (!view) return { spatialLayer: top, temporalLayer: topTemporal, priority: 128 };
  if (view.width === 0 || view.height === 0) return null;

  // The larger ratio: a tile that crops the picture needs the picture to cover it.
  const needed = Math.max(view.width / layers.size.width, view.height / layers.size.height);
  const enough = layers.scales.findIndex((scale) => UPSCALE_TOLERANCE / scale >= needed);
  const spatialLayer = enough === -1 ? top : enough;
  const thumbnail = view.height < THUMBNAIL_HEIGHT && spatialLayer === 0;
  const share = Math.min(1, (view.width * view.height) / FULL_PRIORITY_PIXELS);
  return {
    spatialLayer,
    temporalLayer: thumbnail ? Math.max(0, topTemporal - 1) : topTemporal,
    priority: Math.max(1, Math.round(255 * Math.sqrt(share))),
  };
}

/** Highest spatial layer in `wanted`, −1 if nobody wants any. */
export function highestWanted(wanted: Iterable<number>): number {
  let highest = -1;
  for (const layer of wanted) highest = Math.max(highest, layer);
  return highest;
}

interface EncodingLike {
  rid?: string;
  scalabilityMode?: string;
  scaleResolutionDownBy?: number;
}

/** Reads the layers out of what a publisher negotiated (RFC 8853 simulcast, or SVC `L<s>T<t>`). */
export function layersOf(encodings: readonly EncodingLike[], size: PictureSize): LayerSet {
  const mode = /^[LS](\d)T(\d)/.exec(encodings[0]?.scalabilityMode ?? '');
  const temporalLayers = Number(mode?.[2] ?? 1);
  const spatialLayers = encodings.length > 1 ? encodings.length : Number(mode?.[1] ?? 1);
  const scales = Array.from(
    { length: spatialLayers },
    (_, layer) =>
      (encodings.length > 1 ? encodings[layer]?.scaleResolutionDownBy : undefined) ??
      2 ** (spatialLayers - 1 - layer),
  );
  return { size, scales, temporalLayers };
}
