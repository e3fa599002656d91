import { useEffect, useRef, useState } from 'preact/hooks';
import '../../styles/live.css';
import type { ListeningModel } from '../../state/live/liveModels.ts';
import { useApp } from '../context.ts';
import { useLoaded } from '../useLoaded.ts';
import { PlayerCaption } from './PlayerCaption.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

/** What listeners see, for the host: small and silent. */
export function Preview({ roomId }: { roomId: string }) {
  const { own } = useLiveTexts();
  const [shown, setShown] = useState(false);
  return (
    <div class="live-preview-box">
      <button type="button" class="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {shown ? own.hidePreview : own.preview}
      </button>
      {shown && <Shown key={roomId} roomId={roomId} />}
    </div>
  );
}

function Shown({ roomId }: { roomId: string }) {
  const app = useApp();
  const { own } = useLiveTexts();
  const listening = useLoaded(
    () => app.listen(roomId, { preview: true }),
    (left) => left.close(),
  );
  return (
    <>
      <div class="live-picture live-preview">{listening && <Picture listening={listening} />}</div>
      <p class="muted small">{own.previewHint}</p>
    </>
  );
}

function Picture({ listening }: { listening: ListeningModel }) {
  const { own } = useLiveTexts();
  const video = useRef<HTMLVideoElement>(null);
  const { player } = listening;
  useEffect(() => {
    player.attach(video.current);
    return () => player.attach(null);
  }, [player]);
  return (
    <>
      <video ref={video} playsInline muted aria-label={own.preview} data-testid="live-preview" />
      <PlayerCaption player={player} interrupted={listening.room.value?.interrupted ?? false} />
    </>
  );
}
