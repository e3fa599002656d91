/** A node that can mix. */
export interface MixerCandidate {
  instanceId: string;
  /** How many meetings it can mix at a time. */
  capacity: number;
}

/**
 * The mixer with most room, the first of several; null where none has any.
 * @param taken how many meetings each has, by instance
 */
export function chooseMixer(
  candidates: readonly MixerCandidate[],
  taken: ReadonlyMap<string, number>,
): string | null {
  let choice: { instanceId: string; room: number } | null = null;
  for (const { instanceId, capacity } of candidates) {
    const room = capacity - (taken.get(instanceId) ?? 0);
    if (room > (choice?.room ?? 0)) choice = { instanceId, room };
  }
  return choice?.instanceId ?? null;
}
