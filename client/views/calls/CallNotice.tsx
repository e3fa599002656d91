import { useTexts } from '../context.ts';
import { useCallPartner } from './useCall.ts';

/** What joining a meeting does to the call that one is in; nothing while one is in none. */
export function CallNotice({ id }: { id?: string }) {
  const texts = useTexts().calls;
  const partner = useCallPartner();
  if (partner === null) return null;
  return (
    <p id={id} role="status">
      {texts.joiningEnds(partner)}
    </p>
  );
}
