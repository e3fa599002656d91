/** Somebody who is placed on a node that gives away what it has. */
export interface Movable {
  meetingId: string;
  participantId: string;
  /** Whether they send anything. */
  publishes: boolean;
  /** Who came later to their meeting has a higher one. */
  turn: number;
}

/**
 * Who moves next: those who only watch before those who send, the newest of them first. Whoever
 * sends makes everybody in the meeting receive it twice for a while, so in each meeting few of them
 * move at a time.
 * @param busy meetings in which nobody else who sends is to move for now
 */
export function nextMove(
  waiting: readonly Movable[],
  busy: ReadonlySet<string>,
): Movable | undefined {
  let choice: Movable | undefined;
  for (const one of waiting) {
    if (one.publishes && busy.has(one.meetingId)) continue;
    if (!choice || comesBefore(one, choice)) choice = one;
  }
  return choice;
}

function comesBefore(a: Movable, b: Movable): boolean {
  return a.publishes === b.publishes ? a.turn > b.turn : !a.publishes;
}
