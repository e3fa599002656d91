export interface Level {
  participantId: string;
  /** dBov. */
  volume: number;
}

/** What the routers of a meeting tell of the microphones at home there, by router. */
export interface Heard {
  levels: ReadonlyMap<string, readonly Level[]>;
  /** Who speaks most among those of the router. */
  dominant: ReadonlyMap<string, string>;
}

export interface Speaker {
  participantId: string;
  since: number;
}

const MAX_LEVELS = 8;
/** Somebody else's router has to hear so much more before the word passes to them. */
const MARGIN_DB = 10;
/** Whoever has the word keeps it for so long: a breath is no end. */
const HOLD_MS = 1_000;
const SILENCE_DBOV = -127;

/** The loudest of all routers, loudest first. */
export function mergeLevels({ levels }: Pick<Heard, 'levels'>): Level[] {
  return [...levels.values()]
    .flat()
    .sort((a, b) => b.volume - a.volume)
    .slice(0, MAX_LEVELS);
}

/**
 * Who has the word among those whom their routers take for the speaker: the loudest, and who had it
 * until another is clearly louder or they have stopped. Null when no router names anybody.
 * @param now milliseconds
 */
export function chooseSpeaker(heard: Heard, current: Speaker | null, now: number): Speaker | null {
  const volumes = new Map(
    [...heard.levels.values()].flat().map((one) => [one.participantId, one.volume]),
  );
  const volumeOf = (id: string): number => volumes.get(id) ?? SILENCE_DBOV;
  let loudest: string | null = null;
  for (const id of heard.dominant.values()) {
    if (loudest === null || volumeOf(id) > volumeOf(loudest)) loudest = id;
  }
  if (loudest === null) return null;
  if (current && [...heard.dominant.values()].includes(current.participantId)) {
    const held = now - current.since < HOLD_MS;
    const lead = volumeOf(loudest) - volumeOf(current.participantId);
    if (held || lead < MARGIN_DB) return current;
  }
  return current?.participantId === loudest ? current : { participantId: loudest, since: now };
}
