import { ChevronLeft, ChevronRight } from 'lucide';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

interface PagerProps {
  /** From 0. */
  current: number;
  pages: number;
  /** What part of the stage's width it is for. */
  place: { x: number; width: number };
  onTurn: (page: number) => void;
}

/** Turns to those who do not fit. */
export function Pager({ current, pages, place, onTurn }: PagerProps) {
  const texts = useTexts().meeting;
  return (
    <nav
      class="pager"
      aria-label={texts.stage}
      style={{ left: `${place.x}px`, width: `${place.width}px` }}
    >
      <button
        type="button"
        class="icon-button"
        aria-label={texts.previousPage}
        disabled={current === 0}
        onClick={() => onTurn(current - 1)}
      >
        <Icon of={ChevronLeft} />
      </button>
      <span aria-hidden="true">
        {current + 1} / {pages}
      </span>
      <span class="visually-hidden" aria-live="polite">
        {texts.page(current + 1, pages)}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={texts.nextPage}
        disabled={current === pages - 1}
        onClick={() => onTurn(current + 1)}
      >
        <Icon of={ChevronRight} />
      </button>
    </nav>
  );
}
