/** A tile's place in the stage, in CSS pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Area {
  width: number;
  height: number;
}

export const GAP = 10;
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
/** A face in a narrower tile cannot be read. */
const MIN_TILE_WIDTH = 150;
const FILMSTRIP_TILE_WIDTH = 200;
/** Below this the filmstrip lies under the main picture instead of beside it. */
const SIDE_BY_SIDE_FROM = 700;
const FILMSTRIP_TILE_HEIGHT = 104;

/** The largest equal tiles for `count` people, the last row centred. */
export function gridLayout(count: number, area: Area): Box[] {
  const { columns, width, height } = bestGrid(count, area);
  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (area.width - inRow * width - (inRow - 1) * GAP) / 2;
    return {
      x: left + (index % columns) * (width + GAP),
      y: top + row * (height + GAP),
      width,
      height,
    };
  });
}

/** How many of `count` tiles a page shows, so that each is wide enough. */
export function pageSize(count: number, area: Area): number {
  for (let size = count; size > 1; size--) {
    const { width } = bestGrid(size, area);
    if (width >= Math.min(MIN_TILE_WIDTH, area.width / 2 - GAP)) return size;
  }
  return 1;
}

/** One large picture, and as many small tiles beside or under it as fit. */
export function focusLayout(count: number, area: Area): { main: Box; strip: Box[] } {
  const beside = area.width >= SIDE_BY_SIDE_FROM && area.width > area.height;
  if (count === 0) return { main: { x: 0, y: 0, ...area }, strip: [] };
  if (beside) {
    const width = Math.min(FILMSTRIP_TILE_WIDTH, area.width / 4);
    const height = width / WIDEST;
    const fitting = Math.max(1, Math.floor((area.height + GAP) / (height + GAP)));
    const shown = Math.min(count, fitting);
    const top = (area.height - shown * height - (shown - 1) * GAP) / 2;
    return {
      main: { x: 0, y: 0, width: area.width - width - GAP, height: area.height },
      strip: Array.from({ length: shown }, (_, index) => ({
        x: area.width - width,
        y: top + index * (height + GAP),
        width,
        height,
      })),
    };
  }
  const height = Math.min(FILMSTRIP_TILE_HEIGHT, area.height / 4);
  const width = height * NARROWEST;
  const fitting = Math.max(1, Math.floor((area.width + GAP) / (width + GAP)));
  const shown = Math.min(count, fitting);
  const left = (area.width - shown * width - (shown - 1) * GAP) / 2;
  return {
    main: { x: 0, y: 0, width: area.width, height: area.height - height - GAP },
    strip: Array.from({ length: shown }, (_, index) => ({
      x: left + index * (width + GAP),
      y: area.height - height,
      width,
      height,
    })),
  };
}

/**
 * Who stands where: everybody keeps their place, newcomers come last, and a speaker who is out of
 * sight takes the last visible place.
 *
 * @param before the order so far
 * @param ids who is there
 * @param visible how many places are in sight
 */
export function arrange(
  before: readonly string[],
  ids: readonly string[],
  visible: number,
  speaker: string | null,
): string[] {
  const present = new Set(ids);
  const kept = before.filter((id) => present.has(id));
  const known = new Set(kept);
  const order = [...kept, ...ids.filter((id) => !known.has(id))];
  const at = speaker === null ? -1 : order.indexOf(speaker);
  if (at < visible || visible < 1) return order;
  const last = visible - 1;
  const displaced = order[last];
  if (speaker !== null && displaced !== undefined) {
    order[last] = speaker;
    order[at] = displaced;
  }
  return order;
}

function bestGrid(count: number, area: Area): { columns: number; width: number; height: number } {
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const tile = fit(
      (area.width - (columns - 1) * GAP) / columns,
      (area.height - (rows - 1) * GAP) / rows,
    );
    if (tile.width * tile.height > best.width * best.height) best = { columns, ...tile };
  }
  return best;
}

/** The largest tile of an agreeable shape in a cell. */
function fit(width: number, height: number): Area {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  const aspect = Math.min(WIDEST, Math.max(NARROWEST, width / height));
  return width / height > aspect
    ? { width: height * aspect, height }
    : { width, height: width / aspect };
}
