import { WifiOff } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { ListeningModel } from '../../state/live/liveModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

/** That the server is away, while what was told before stays on the page. */
export function StateNote({ listening }: { listening: ListeningModel }) {
  const { scenes } = useLiveTexts();
  const offline = useOffline();
  const isAway = listening.failure.value !== null && listening.room.value !== null;
  if (!offline && !isAway) return null;
  return (
    <div class="note note-warning" role="status" data-testid="live-offline">
      <Icon of={WifiOff} />
      <div class="note-text">
        <strong>{scenes.offline}</strong>
        <span>{scenes.offlineHint}</span>
      </div>
    </div>
  );
}

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const update = (): void => setOffline(!navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return offline;
}
