import { WifiOff } from 'lucide';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

/** Says where the way back has got to, in words, while the connection is away. It can be hurried, or left. */
export function ConnectionBanner({ meeting }: { meeting: MeetingModel }) {
  const { connection: texts, meeting: words } = useTexts();
  const connection = meeting.connection.value;
  if (connection.is === 'connected') return null;
  const offline = connection.is === 'offline';
  return (
    <div class="connection-banner" role="status" data-testid="connection-banner">
      <Icon of={WifiOff} size={18} />
      <strong>{offline ? texts.offline : texts.reconnecting}</strong>
      <span>
        {offline ? texts.offlineHint : texts[connection.step]}{' '}
        {!offline && connection.attempt > 1 && texts.attempt(connection.attempt)}
      </span>
      <span class="banner-actions">
        {!offline && (
          <button type="button" class="button on-dark" onClick={() => meeting.reconnectNow()}>
            {texts.retryNow}
          </button>
        )}
        <button type="button" class="button on-dark" onClick={() => void meeting.leave()}>
          {words.leave}
        </button>
      </span>
    </div>
  );
}
