import type { WaitingPerson } from '../../state/hostModels.ts';
import type { MeetingModel, Person } from '../../state/models.ts';

/** What a meeting asks in a dialog before it is done. */
export type Question =
  | { is: 'end' }
  | { is: 'mute-all' }
  /** What only hosts may do here. */
  | { is: 'blocked'; what: 'share' | 'rename' }
  | { is: 'remove' | 'hand-over' | 'rename'; person: Person }
  /** `ban`: what the choice to keep them out begins with. */
  | { is: 'deny'; who: readonly WaitingPerson[]; ban: boolean };

export interface Asking {
  meeting: MeetingModel;
  onAsk: (question: Question) => void;
}
