import type { Failure, MeetingPhase } from './models.ts';
import type { RosterState } from './roster.ts';

export type OverPhase = Extract<MeetingPhase, { is: 'over' }>;

/** What is told of one's stay when it is over: how long it was, and with whom. */
export function createStay() {
  const enteredAt = Date.now();
  const met = new Map<string, string>();
  return {
    remember({ participants, selfId }: RosterState): void {
      for (const { id, name } of participants.values()) if (id !== selfId) met.set(id, name);
    },
    end(reason: OverPhase['reason'], failure: Failure | null): OverPhase {
      const durationMs = Date.now() - enteredAt;
      return { is: 'over', reason, failure, durationMs, met: [...new Set(met.values())] };
    },
  };
}
