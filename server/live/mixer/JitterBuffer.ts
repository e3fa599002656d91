import { samplesOf } from './opusPackets.ts';
import { Unwrapper, type RtpPacket } from './rtp.ts';

/**
 * From the network to the mix: what packets may be late by. Pictures take as long, so that both stay in step.
 * Listeners are seconds behind anyway; a meeting's own buffers, made for talking, would let more words drop out.
 */
export const INPUT_DELAY_MS = 200;
/** What the mixer takes at a time: 20 ms of 48 kHz. */
export const STEP_SAMPLES = 960;
const SAMPLES_PER_MS = 48;
/** From the network to the mix, voice and picture alike: the delay, and the step that a packet waits for. */
export const MIXED_AFTER_MS = INPUT_DELAY_MS + STEP_SAMPLES / SAMPLES_PER_MS;
/** Concealment sounds like a voice for so long, then like a machine. */
const MAX_CONCEALED_STEPS = 5;
/** After so long without anything the next packet starts anew, with the whole delay. */
const FORGET_STEPS = 10;
/** A jump this far is another recording, not a delay. */
const MAX_JUMP_SAMPLES = SAMPLES_PER_MS * 1_000;
/** So many packets in a row that came too late mean that the delay is too short. */
const LATE_IN_A_ROW = 3;
/** How long the buffer has to be fuller than it needs before some of it is left out. */
const DRIFT_STEPS = 50;

export type Pulled =
  | { kind: 'packet'; payload: Uint8Array }
  /** One that should be here is not. `next` may carry its copy (in-band FEC). */
  | { kind: 'lost'; next: Uint8Array | null }
  /** Nothing was sent for this time, or nothing can be made up any more. */
  | { kind: 'silence' };

interface Waiting {
  at: number;
  samples: number;
  sequence: number;
  payload: Uint8Array;
}

/**
 * Puts the packets of one voice in order and hands them out by the mixer's clock, `delayMs` after they
 * were recorded. Pauses of the sender (DTX) are silence, what is missing between packets is lost.
 */
export class JitterBuffer {
  readonly #delay: number;
  readonly #timestamps = new Unwrapper(32);
  readonly #sequences = new Unwrapper(16);
  #waiting: Waiting[] = [];
  /** The time that is played next, in samples of the sender's clock; null before anything came. */
  #playAt: number | null = null;
  #lastSequence: number | null = null;
  #missingSteps = 0;
  #lateInARow = 0;
  #leastLevel = Infinity;
  #leastLevelSteps = 0;
  #late = 0;
  #lost = 0;

  constructor(delayMs: number) {
    this.#delay = delayMs * SAMPLES_PER_MS;
  }

  /** Packets that came after their turn, and turns for which a packet was missing. */
  get counts(): { late: number; lost: number } {
    return { late: this.#late, lost: this.#lost };
  }

  push({ timestamp, sequence, payload }: RtpPacket): void {
    const samples = samplesOf(payload);
    if (samples === 0) return;
    const at = this.#timestamps.unwrap(timestamp);
    const entry = { at, samples, sequence: this.#sequences.unwrap(sequence), payload };
    if (this.#playAt === null || Math.abs(at - this.#playAt) > MAX_JUMP_SAMPLES) {
      this.#begin(at);
    } else if (at + samples <= this.#playAt) {
      this.#late += 1;
      this.#lateInARow += 1;
      if (this.#lateInARow < LATE_IN_A_ROW) return;
      this.#begin(at);
    }
    this.#lateInARow = 0;
    const after = this.#waiting.findIndex((other) => other.at >= at);
    if (after === -1) this.#waiting.push(entry);
    else if (this.#waiting[after]?.at !== at) this.#waiting.splice(after, 0, entry);
  }

  /** What comes next; a packet stands for as long as it is, anything else for one step. */
  pull(): Pulled {
    if (this.#playAt === null) return { kind: 'silence' };
    const [head] = this.#waiting;
    if (!head) return this.#nothing();
    if (head.at > this.#playAt) return this.#before(head, this.#playAt);
    this.#waiting.shift();
    this.#missingSteps = 0;
    this.#playAt = head.at + head.samples;
    this.#lastSequence = Math.max(head.sequence, this.#lastSequence ?? 0);
    this.#followDrift();
    return { kind: 'packet', payload: head.payload };
  }

  #begin(at: number): void {
    this.#waiting = [];
    this.#playAt = at - this.#delay;
    this.#lastSequence = null;
    this.#missingSteps = 0;
    this.#leastLevel = Infinity;
    this.#leastLevelSteps = 0;
  }

  /** Nothing waits: the network is slow, or the sender is quiet; nobody can tell yet. */
  #nothing(): Pulled {
    this.#missingSteps += 1;
    if (this.#missingSteps > FORGET_STEPS) this.#playAt = null;
    else this.#advance(STEP_SAMPLES);
    if (this.#lastSequence === null || this.#missingSteps > 1) return { kind: 'silence' };
    return { kind: 'lost', next: null };
  }

  /** The next packet is for later. */
  #before(head: Waiting, playAt: number): Pulled {
    const gap = head.at - playAt;
    const missing = this.#lastSequence === null ? 0 : head.sequence - this.#lastSequence - 1;
    // Less than a step ahead is as good as now: steps need not fall on packets.
    this.#advance(Math.min(gap, STEP_SAMPLES));
    if (missing <= 0) return { kind: 'silence' };
    this.#lost += 1;
    this.#missingSteps += 1;
    if (this.#missingSteps > MAX_CONCEALED_STEPS) return { kind: 'silence' };
    return { kind: 'lost', next: gap <= STEP_SAMPLES ? head.payload : null };
  }

  #advance(samples: number): void {
    this.#playAt = (this.#playAt ?? 0) + samples;
  }

  /**
   * What came late once, or has a faster clock than this one, fills the buffer for good: what was never needed of it
   * is left out, or the voice would stay behind its picture.
   */
  #followDrift(): void {
    this.#leastLevel = Math.min(this.#leastLevel, this.#level());
    this.#leastLevelSteps += 1;
    if (this.#leastLevelSteps < DRIFT_STEPS) return;
    // The packet that was just handed out had waited too.
    let excess = this.#leastLevel + STEP_SAMPLES - this.#delay;
    this.#leastLevel = Infinity;
    this.#leastLevelSteps = 0;
    for (; excess >= STEP_SAMPLES; excess -= STEP_SAMPLES) {
      const left = this.#waiting.shift();
      if (!left) return;
      this.#playAt = left.at + left.samples;
      this.#lastSequence = left.sequence;
    }
  }

  /** Samples that wait to be played, pauses between them included. */
  #level(): number {
    const last = this.#waiting.at(-1);
    return last ? last.at + last.samples - (this.#playAt ?? 0) : 0;
  }
}
