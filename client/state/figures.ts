import type { MediaStats } from '../media/stats.ts';

/** For tests and for people who look into a problem, in the console: `await __parley.stats()`. */
interface Figures {
  participantId(): string;
  stats(): Promise<MediaStats>;
}

declare global {
  interface Window {
    /** Of the meeting that runs. */
    __parley?: Figures;
  }
}

/** Answers how to take them back. */
export function exposeFigures(figures: Figures): () => void {
  window.__parley = figures;
  return () => {
    if (window.__parley === figures) delete window.__parley;
  };
}
