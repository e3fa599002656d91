/** Something that is said, and when. */
export interface Spoken {
  /** Milliseconds after the recording's beginning. */
  offsetMs: number;
  /** Whose voice it is; null: it is not said. */
  voice: string | null;
  text: string;
}

const VOICE = /^<v(?:\.[^\s>]*)*[ \t]+([^>]+)>/;
const TAG = /<[^>]*>/g;
const LINE_BREAKS = /\s*\n\s*/g;

/** What a player's captions say, as lines to read. @param cues as browsers parse WebVTT, times in seconds */
export function spokenIn(cues: Iterable<{ startTime: number; text: string }>): Spoken[] {
  return [...cues].map(({ startTime, text }) => ({
    offsetMs: Math.round(startTime * 1_000),
    voice: VOICE.exec(text)?.[1]?.trim() ?? null,
    text: unescape(text.replaceAll(TAG, '')).replaceAll(LINE_BREAKS, ' ').trim(),
  }));
}

const ENTITIES: Readonly<Partial<Record<string, string>>> = {
  ...{ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': '\u00A0' },
  ...{ '&lrm;': '\u200E', '&rlm;': '\u200F' },
};

function unescape(text: string): string {
  return text.replaceAll(/&[a-z]+;/g, (entity) => ENTITIES[entity] ?? entity);
}
