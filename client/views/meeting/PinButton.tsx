import { Pin, PinOff } from 'lucide';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

/** A tap on a picture shows its buttons, as hovering does for those with a mouse. */
export function showPin(event: MouseEvent & { currentTarget: HTMLElement }): void {
  if (!(event instanceof PointerEvent) || event.pointerType !== 'touch') return;
  // On the buttons themselves a tap means what they say.
  if (event.target instanceof Element && event.target.closest('.tile-tools')) return;
  event.currentTarget.querySelector<HTMLElement>('.tile-pin')?.focus({ preventScroll: true });
}

interface PinButtonProps {
  /** Of whoever or whatever is pinned. */
  name: string;
  pinned: boolean;
  onPin: () => void;
}

/** Keeps something large, or lets it go. */
export function PinButton({ name, pinned, onPin }: PinButtonProps) {
  const texts = useTexts().meeting;
  const label = pinned ? texts.unpin(name) : texts.pin(name);
  return (
    <button
      type="button"
      class="tile-tool tile-pin"
      aria-label={label}
      title={label}
      aria-pressed={pinned}
      onClick={onPin}
    >
      <Icon of={pinned ? PinOff : Pin} size={16} />
    </button>
  );
}
