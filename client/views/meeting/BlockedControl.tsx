import { Hand, type IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { Popover } from './Popover.tsx';

interface BlockedControlProps {
  meeting: MeetingModel;
  what: 'microphone' | 'camera' | 'share' | 'reactions';
  caption: string;
  icon: IconNode;
  id?: string;
  class?: string;
}

/** In place of a control that only hosts may use here: why, and the hand that asks for it. */
export function BlockedControl({ meeting, what, caption, ...rest }: BlockedControlProps) {
  const { blocked } = useTexts().hosting;
  const handIsUp = meeting.hand.on.value;
  return (
    <Popover label={`${caption}: ${blocked[what]}`} caption={caption} look="blocked" {...rest}>
      {(close) => (
        <Explained
          title={blocked[what]}
          hint={handIsUp ? blocked.handIsUp : blocked[`${what}Hint`]}
        >
          {!handIsUp && (
            <button
              type="button"
              class="button primary"
              onClick={() => {
                close();
                void meeting.hand.set(true);
              }}
            >
              <Icon of={Hand} size={18} />
              {blocked.raiseHand}
            </button>
          )}
        </Explained>
      )}
    </Popover>
  );
}

interface ExplainedProps {
  title: string;
  hint: string;
  children?: ComponentChildren;
}

export function Explained({ title, hint, children }: ExplainedProps) {
  return (
    <div class="explained" tabIndex={-1}>
      <strong>{title}</strong>
      <p>{hint}</p>
      {children}
    </div>
  );
}
