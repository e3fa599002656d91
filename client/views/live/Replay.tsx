import { useEffect, useRef, useState } from 'preact/hooks';
import type { ListeningModel } from '../../state/live/liveModels.ts';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { toFailure, useTexts } from '../context.ts';
import { useLiveTexts } from './useLiveTexts.ts';

/** What was on air, when it is over: to play, and to move about in. */
export function Replay({ listening }: { listening: ListeningModel }) {
  const { app } = useTexts();
  const { scenes } = useLiveTexts();
  const [url, setUrl] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  /** Where it broke off, seconds, and whether it was being played. */
  const left = useRef<{ at: number; played: boolean } | null>(null);
  const title = listening.room.value?.title ?? '';

  const open = (): void => {
    setFailure(null);
    listening.openReplay().then(setUrl, (error: unknown) => setFailure(toFailure(error)));
  };
  useEffect(open, [listening]);

  /** Its address is over after a while, or the line was: with another one it goes on where it was. */
  function breakOff(): void {
    const element = video.current;
    if (!element || url === null) return;
    // Asked for once: what cannot be played at all is not asked for again and again.
    const hasPlayed = element.currentTime > 0;
    left.current = { at: element.currentTime, played: !element.paused };
    setUrl(null);
    if (hasPlayed) open();
    else setFailure({ code: 'OFFLINE' });
  }

  function goOn(): void {
    const element = video.current;
    if (!element || !left.current) return;
    const { at, played } = left.current;
    left.current = null;
    element.currentTime = at;
    // A browser that refuses leaves it to the button.
    if (played) element.play().catch(() => undefined);
  }

  return (
    <section class="live-replay" aria-label={scenes.replay} data-testid="live-replay">
      <div class="live-player">
        <div class="live-picture">
          {url !== null && (
            <video
              ref={video}
              class="live-replay-video"
              controls
              controlsList="nodownload"
              playsInline
              preload="metadata"
              src={url}
              aria-label={title}
              data-testid="live-replay-video"
              onLoadedMetadata={goOn}
              onError={breakOff}
            />
          )}
          {url === null && !failure && (
            <div class="live-caption" role="status">
              <span class="spinner" />
              {app.loading}
            </div>
          )}
        </div>
      </div>
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" class="button" onClick={open}>
            {app.retry}
          </button>
        </FailureNote>
      )}
      <div class="live-about">
        <p class="live-replay-mark">{scenes.replay}</p>
        <h1 dir="auto">{title}</h1>
        <p class="muted small">{scenes.replayHint}</p>
      </div>
    </section>
  );
}
