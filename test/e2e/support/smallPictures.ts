/**
 * Configuration of a server whose cameras send one layer, and a small one: most of what a browser costs
 * here is pictures, and few tests look at how good they are.
 */
export const SMALL_PICTURES = {
  PARLEY_MEDIA_CAMERA_LAYERS: JSON.stringify([
    { scaleResolutionDownBy: 4, maxBitrate: 200_000, maxFramerate: 12 },
  ]),
};
