import type { CallType } from '../../../protocol/calls.ts';
import { useApp } from '../context.ts';

/** Calls somebody. What comes of it shows over the page. */
export function useCall(): (person: { id: string; name: string }, type: CallType) => void {
  const { talk } = useApp();
  return ({ id, name }, type) => void talk.value?.calls.call({ id, name }, type);
}
