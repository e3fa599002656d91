import { useTexts } from '../context.ts';

/** As placement does: up to the first a meeting stays together, beyond the second nothing new comes. */
const BUSY = 0.7;
const FULL = 0.85;

interface LoadBarProps {
  label: string;
  /** For whoever does not see what stands around it. */
  name: string;
  /** 0 to 1 and above. */
  load: number;
  small?: boolean;
}

/** How much of what a node or worker can do is in use. */
export function LoadBar({ label, name, load, small = false }: LoadBarProps) {
  const { locale } = useTexts();
  const share = Math.min(Math.max(load, 0), 1);
  const text = new Intl.NumberFormat(locale, { style: 'percent' }).format(Math.max(load, 0));
  const level = load >= FULL ? 'full' : load >= BUSY ? 'busy' : 'calm';
  return (
    <div class={small ? 'load load-small' : 'load'}>
      <span>{label}</span>
      <div
        class="load-track"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={text}
      >
        <div class={`load-fill load-${level}`} style={{ width: `${share * 100}%` }} />
      </div>
      <span class="load-text">{text}</span>
    </div>
  );
}
