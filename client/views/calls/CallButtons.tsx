import { Phone, Video } from 'lucide';
import type { CallType } from '../../../protocol/calls.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { useCall } from './useCall.ts';

/** Rings somebody, from wherever they are shown. */
export function CallButtons({ person }: { person: { id: string; name: string } }) {
  const texts = useTexts().people;
  const { call, blocked } = useCall();
  const button = (type: CallType, what: string, icon: typeof Phone) => (
    <button
      type="button"
      class="icon-button"
      aria-label={`${what}: ${person.name}`}
      title={blocked ?? what}
      aria-disabled={blocked !== null}
      onClick={() => {
        if (blocked === null) call(person, type);
      }}
    >
      <Icon of={icon} size={18} />
    </button>
  );
  return (
    <span class="call-buttons">
      {button('audio', texts.audioCall, Phone)}
      {button('video', texts.videoCall, Video)}
    </span>
  );
}
