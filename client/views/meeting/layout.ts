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
/** What the tiles leave free for the pager. */
const PAGER_HEIGHT = 52;
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
/** A face in a narrower tile cannot be read. */
const MIN_TILE_WIDTH = 160;
/** Widths of the small tiles beside a large picture; the shares are of the stage's width. */
const STRIP_TILE = { least: 160, leastShare: 0.16, most: 200, mostShare: 0.12 };
/** Of the height, for each row of tiles under a large picture. */
const UNDER_ROW_SHARE = 0.22;
const UNDER_MAIN_ASPECT = 1.5;
/** The card that invites others: "styles/stage.css" gives it this size. */
const CARD = { width: 400, share: 0.46, height: 216 };
/** Below this the filmstrip lies under the main picture instead of beside it. */
const SIDE_BY_SIDE_FROM = 560;

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
  const narrowest = Math.min(MIN_TILE_WIDTH, area.width / 2 - GAP);
  if (narrowest <= 0) return 1;
  // No more than these can fit, however many there are.
  const columns = Math.floor((area.width + GAP) / (narrowest + GAP));
  const rows = Math.floor((area.height + GAP) / (narrowest / WIDEST + GAP));
  for (let size = Math.min(count, columns * rows); size > 1; size--) {
    if (bestGrid(size, area).width >= narrowest) return size;
  }
  return 1;
}

/** Of an area, what is left for oneself beside or above the card that invites others. */
export function besideCard(area: Area): Area {
  return isWide(area)
    ? { ...area, width: area.width - Math.min(CARD.width, area.width * CARD.share) - 2 * GAP }
    : { ...area, height: Math.max(0, area.height - CARD.height - 2 * GAP) };
}

interface Seats {
  /** How many others are in sight at once. */
  size: number;
  /** Null where all are equal. */
  focus: Focus | null;
  /** Of the area, what tiles may use. */
  space: Area;
}

/**
 * How many of `count` are in sight, and where, if one more is shown large. What does not fit goes
 * to further pages, and the pager gets its place.
 *
 * @param withSelf whether a place among the small tiles is kept for oneself
 */
export function seats(
  count: number,
  area: Area,
  { focusing, withSelf }: { focusing: boolean; withSelf: boolean },
): Seats {
  const tryWith = (reserve: number): Seats => {
    const space = { ...area, height: area.height - reserve };
    if (!focusing) return { size: pageSize(count, space), focus: null, space };
    const focus = focusLayout(count + (withSelf ? 1 : 0), area, reserve);
    const size = Math.max(1, focus.strip.length - (withSelf ? 1 : 0));
    return { size, focus, space };
  };
  const all = tryWith(0);
  return all.size < count ? tryWith(PAGER_HEIGHT) : all;
}

export interface Focus {
  main: Box;
  /** The others, as many as fit. */
  strip: Box[];
  /** Where the others are: the place of the pager, if there is one. */
  side: { x: number; width: number };
}

/**
 * One large picture, and as many small tiles beside or under it as fit.
 *
 * @param reserve height to leave free under the small tiles
 */
export function focusLayout(count: number, area: Area, reserve = 0): Focus {
  if (count === 0) return { main: { x: 0, y: 0, ...area }, strip: [], side: { x: 0, width: 0 } };
  const beside = area.width >= SIDE_BY_SIDE_FROM && isWide(area);
  return beside ? besideLayout(count, area, reserve) : underLayout(count, area, reserve);
}

function besideLayout(count: number, area: Area, reserve: number): Focus {
  const height = area.height - reserve;
  const widest = Math.max(STRIP_TILE.most, area.width * STRIP_TILE.mostShare);
  // Smaller tiles, if then everybody is in sight.
  const all = ((height - (count - 1) * GAP) / count) * WIDEST;
  const least = Math.min(STRIP_TILE.least, area.width * STRIP_TILE.leastShare);
  const tile = tileOf(Math.min(Math.max(least, all), widest));
  const fitting = Math.floor((height + GAP) / (tile.height + GAP));
  const shown = Math.min(count, Math.max(1, fitting));
  const x = area.width - tile.width;
  const top = Math.max(0, (height - shown * tile.height - (shown - 1) * GAP) / 2);
  return {
    main: { x: 0, y: 0, width: x - GAP, height: area.height },
    strip: Array.from({ length: shown }, (_, index) => {
      return { x, y: top + index * (tile.height + GAP), ...tile };
    }),
    side: { x, width: tile.width },
  };
}

function underLayout(count: number, area: Area, reserve: number): Focus {
  const height = area.height - reserve;
  const columns = Math.max(2, Math.round(area.width / STRIP_TILE.most));
  const rowHeight = Math.min(
    (area.width - (columns - 1) * GAP) / columns / NARROWEST,
    height * UNDER_ROW_SHARE,
  );
  // As many rows as leave the large picture a good shape.
  const room = Math.floor((height - area.width / UNDER_MAIN_ASPECT) / (rowHeight + GAP));
  const rows = Math.min(Math.ceil(count / columns), Math.max(1, room));
  const shown = Math.min(count, rows * columns);
  const under = rows * (rowHeight + GAP) - GAP;
  const top = height - under;
  return {
    main: { x: 0, y: 0, width: area.width, height: top - GAP },
    strip: gridLayout(shown, { width: area.width, height: under }).map((box) => {
      return { ...box, y: box.y + top };
    }),
    side: { x: 0, width: area.width },
  };
}

function tileOf(width: number): Area {
  return { width, height: width / WIDEST };
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

function isWide({ width, height }: Area): boolean {
  return width > height * 1.2;
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
