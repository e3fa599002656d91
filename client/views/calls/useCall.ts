import type { CallType } from '../../../protocol/calls.ts';
import { isUnderWay } from '../../state/callsModels.ts';
import { useApp } from '../context.ts';

/** Calls somebody. What comes of it shows over the page. */
export function useCall(): (person: { id: string; name: string }, type: CallType) => void {
  const { talk } = useApp();
  return ({ id, name }, type) => void talk.value?.calls.call({ id, name }, type);
}

/** Who one is in a call with; null while one is in none. */
export function useCallPartner(): string | null {
  const current = useApp().talk.value?.calls.current.value;
  return isUnderWay(current) ? current.person.name : null;
}
