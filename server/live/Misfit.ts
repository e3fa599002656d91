import type { MixHealth } from './mixer/spec.ts';
import { MAX_DIVISOR } from './mixer/PictureRate.ts';

/** Below this share of real time, with as few pictures as there may be, listeners have to wait again and again. */
const SLOW_SPEED = 0.8;
const SLOW_MS = 20_000;
/** Nothing comes of it although its process was started again and again: the disk is full, FFmpeg is broken. */
const SILENT_MS = 15_000;
/** A machine that is busy with other starts needs that long until the first segment. */
const START_MS = 60_000;
/** A move interrupts listeners for some seconds: where all machines are too slow, it is not to go round. */
const SETTLED_MS = 60_000;

/** Tells when a node cannot make a mix, so that another is to try. Pure: times are given, in milliseconds. */
export class Misfit {
  readonly #fewest: number;
  readonly #beganAt: number;
  #slowSince: number | null = null;
  #silentSince: number | null = null;

  /** @param framesPerSecond that were asked for */
  constructor(framesPerSecond: number, now: number) {
    this.#fewest = framesPerSecond / MAX_DIVISOR;
    this.#beganAt = now;
  }

  /** To be told again and again how it fares. @returns why another node is to have it; null: it is not */
  watch(
    { state, speed, framesPerSecond }: Pick<MixHealth, 'state' | 'speed' | 'framesPerSecond'>,
    now: number,
  ): 'slow' | 'silent' | null {
    const isSlow = state === 'running' && speed < SLOW_SPEED && framesPerSecond <= this.#fewest;
    this.#slowSince = isSlow ? (this.#slowSince ?? now) : null;
    this.#silentSince = state === 'running' ? null : (this.#silentSince ?? now);
    const limit = state === 'starting' ? START_MS : SILENT_MS;
    if (this.#silentSince !== null && now - this.#silentSince >= limit) return 'silent';
    const isSettled = now - this.#beganAt >= SETTLED_MS;
    const slowMs = this.#slowSince === null ? 0 : now - this.#slowSince;
    return isSettled && slowMs >= SLOW_MS ? 'slow' : null;
  }
}
