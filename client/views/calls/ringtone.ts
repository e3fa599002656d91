/** Two soft notes, and a rest. Hz and seconds. */
const NOTES = [
  [587.33, 0],
  [739.99, 0.22],
] as const;
const NOTE_SECONDS = 0.4;
const ROUND_MS = 2_400;
const LOUDNESS = { incoming: 0.09, outgoing: 0.03 };

/** Rings until the answer is called. Silent where the browser plays nothing before a click. */
export function startRinging(kind: keyof typeof LOUDNESS): () => void {
  const context = new AudioContext();
  const round = (): void => {
    for (const [frequency, delay] of NOTES) {
      const at = context.currentTime + delay;
      const oscillator = new OscillatorNode(context, { frequency, type: 'sine' });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setTargetAtTime(LOUDNESS[kind], at, 0.03);
      gain.gain.setTargetAtTime(0, at + NOTE_SECONDS / 2, 0.12);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + NOTE_SECONDS * 2);
    }
  };
  round();
  const timer = setInterval(round, ROUND_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/**
 * Rings, and tells of the call on the desktop when nobody looks at the page: in one tab of those that
 * are open. Answers how to stop that.
 */
export function announce(
  title: string,
  { sounds, onOpen }: { sounds: boolean; onOpen: () => void },
): () => void {
  const stop = new AbortController();
  const ring = (): Promise<void> =>
    new Promise((resolve) => {
      const silence = sounds ? startRinging('incoming') : () => undefined;
      const shown = notify(title, onOpen);
      stop.signal.addEventListener('abort', () => {
        silence();
        shown?.close();
        resolve();
      });
    });
  // Missing where the page came over plain http.
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) void ring();
  else {
    locks
      .request('parley-ringing', { signal: stop.signal }, ring)
      // Stopped while another tab rang.
      .catch(() => undefined);
  }
  return () => stop.abort();
}

function notify(title: string, onOpen: () => void): Notification | null {
  const may = 'Notification' in globalThis && Notification.permission === 'granted';
  if (!may || document.hasFocus()) return null;
  try {
    const shown = new Notification(title, { tag: 'parley-call', requireInteraction: true });
    shown.onclick = () => {
      window.focus();
      onOpen();
    };
    return shown;
  } catch {
    // Browsers on phones show none without a service worker.
    return null;
  }
}
