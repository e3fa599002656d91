import type { PeerFigures } from '../media/peerFigures.ts';
import type { MediaStats } from '../media/stats.ts';

/** For tests and for people who look into a problem, in the console: `await __parley.stats()`. */
interface Figures {
  participantId(): string;
  stats(): Promise<MediaStats>;
}

interface CallFigures {
  stats(): Promise<PeerFigures>;
}

declare global {
  interface Window {
    /** Of the meeting that runs. */
    __parley?: Figures;
    /** Of the call of two. */
    __parleyCall?: CallFigures;
  }
}

/** Answers how to take them back. */
export function exposeFigures(figures: Figures): () => void {
  window.__parley = figures;
  return () => {
    if (window.__parley === figures) delete window.__parley;
  };
}

/** The same of a call. */
export function exposeCall(figures: CallFigures): () => void {
  window.__parleyCall = figures;
  return () => {
    if (window.__parleyCall === figures) delete window.__parleyCall;
  };
}
