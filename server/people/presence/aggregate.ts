import type { OwnStatus } from '../../../protocol/people.ts';
import type { Choice } from '../stores.ts';

/** Whether somebody is in a call, as it was said last. */
export interface CallState {
  on: boolean;
  /** The higher one is the later. */
  at: number;
}

/** What holds for all devices of somebody. */
export interface Said {
  choice?: Choice;
  call?: CallState;
}

/** What one node knows of somebody who is connected to it. */
export interface NodeEntry {
  /** Whether nobody has touched any of their devices here for a while. */
  idle: boolean;
  /** Whether one of their devices here is in a meeting. */
  inMeeting: boolean;
  /** What they have chosen for all of their devices, as far as this node has heard. */
  choice: Choice;
  call: CallState;
}

/**
 * How somebody is, from what all nodes know: what they chose last, unless that is `online`; then busy in
 * a call or meeting on any device; then away where all of their devices are idle.
 * @returns null for whoever is connected to no node
 */
export function aggregate(entries: readonly NodeEntry[]): OwnStatus | null {
  if (entries.length === 0) return null;
  const chosen = latest(entries.map(({ choice }) => choice)).status;
  if (chosen !== 'online') return { chosen, status: chosen };
  const busy = latest(entries.map(({ call }) => call)).on || entries.some((one) => one.inMeeting);
  if (busy) return { chosen, status: 'busy' };
  return { chosen, status: entries.every(({ idle }) => idle) ? 'away' : 'online' };
}

/** The one that was said last; of two at the same moment always the same. @throws RangeError for none */
export function latest<T extends { at: number }>(said: readonly T[]): T {
  const [first, ...rest] = said;
  if (!first) throw new RangeError('nothing was said');
  return rest.reduce((a, b) => (isLater(b, a) ? b : a), first);
}

/** Nodes that hear two things of the same moment in another order must agree nevertheless. */
export function isLater<T extends { at: number }>(one: T, other: T): boolean {
  if (one.at !== other.at) return one.at > other.at;
  return JSON.stringify(one) > JSON.stringify(other);
}
