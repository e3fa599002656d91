import type { CallType } from '../../../protocol/calls.ts';
import { isUnderWay } from '../../state/callsModels.ts';
import { useApp, useTexts } from '../context.ts';

export interface Calling {
  /** Calls somebody. What comes of it shows over the page. */
  call: (person: { id: string; name: string }, type: CallType) => void;
  /** Why nobody can be called now; null: they can. */
  blocked: string | null;
}

export function useCall(): Calling {
  const { talk } = useApp();
  const texts = useTexts().calls;
  const partner = useCallPartner();
  return {
    call: ({ id, name }, type) => void talk.value?.calls.call({ id, name }, type),
    blocked: partner === null ? null : texts.inCall(partner),
  };
}

/** Who one is in a call with; null while one is in none. */
export function useCallPartner(): string | null {
  const current = useApp().talk.value?.calls.current.value;
  return isUnderWay(current) ? current.person.name : null;
}
