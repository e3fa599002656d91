/** Where a square is cut from a picture. */
export interface Crop {
  /** 1: the largest square that fits. */
  zoom: number;
  /** 0: at the left, 1: at the right. */
  across: number;
  /** 0: at the top, 1: at the bottom. */
  down: number;
}

export const MAX_ZOOM = 4;
export const WHOLE: Crop = { zoom: 1, across: 0.5, down: 0.5 };

/** Side and upper left corner of the square, in pixels of the picture. */
export function cropOf(
  { width, height }: { width: number; height: number },
  { zoom, across, down }: Crop,
): { side: number; left: number; top: number } {
  const side = Math.min(width, height) / Math.min(Math.max(zoom, 1), MAX_ZOOM);
  return { side, left: (width - side) * across, top: (height - side) * down };
}
