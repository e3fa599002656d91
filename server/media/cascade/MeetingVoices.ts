import { chooseSpeaker, mergeLevels, type Level, type Speaker } from './voices.ts';

/** A router reports every 400 ms: the reports of several make one of theirs. */
const LEVELS_INTERVAL_MS = 350;

export interface MeetingVoicesDeps {
  /** Milliseconds of a clock that does not go back. */
  now: () => number;
  onSpeaker: (participantId: string | null) => void;
  onLevels: (levels: Level[]) => void;
}

/** Who speaks in one meeting: each router hears only the microphones that are at home there. */
export class MeetingVoices {
  readonly #deps: MeetingVoicesDeps;
  readonly #levels = new Map<string, Level[]>();
  readonly #dominant = new Map<string, string>();
  #speaker: Speaker | null = null;
  #levelsToldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: MeetingVoicesDeps) {
    this.#deps = deps;
  }

  /** @param isOnly whether no other router of the meeting has microphones */
  hearSpeaker(router: string, participantId: string | null, isOnly: boolean): void {
    const { now, onSpeaker } = this.#deps;
    if (participantId === null) this.#dominant.delete(router);
    else this.#dominant.set(router, participantId);
    if (!isOnly) {
      this.#decide();
      return;
    }
    this.#speaker = participantId === null ? null : { participantId, since: now() };
    onSpeaker(participantId);
  }

  hearLevels(router: string, levels: Level[], isOnly: boolean): void {
    const { now, onLevels } = this.#deps;
    this.#levels.set(router, levels);
    if (isOnly) {
      onLevels(levels);
      return;
    }
    this.#decide();
    // Silence is told once and not again: it is not left out.
    const merged = mergeLevels({ levels: this.#levels });
    if (merged.length > 0 && now() - this.#levelsToldAt < LEVELS_INTERVAL_MS) return;
    this.#levelsToldAt = now();
    onLevels(merged);
  }

  /** The router is gone, or somebody has left it. */
  forget(router: string): void {
    this.#levels.delete(router);
    this.#dominant.delete(router);
  }

  /** @param at the router at which they are not heard any more */
  forgetParticipant(participantId: string, at: string): void {
    if (this.#dominant.get(at) === participantId) this.#dominant.delete(at);
    const levels = this.#levels.get(at);
    if (levels) {
      this.#levels.set(
        at,
        levels.filter((one) => one.participantId !== participantId),
      );
    }
  }

  #decide(): void {
    const heard = { levels: this.#levels, dominant: this.#dominant };
    const before = this.#speaker;
    this.#speaker = chooseSpeaker(heard, before, this.#deps.now());
    // Nobody has spoken since whoever did has left: that is no news.
    if (!this.#speaker || this.#speaker.participantId === before?.participantId) return;
    this.#deps.onSpeaker(this.#speaker.participantId);
  }
}
