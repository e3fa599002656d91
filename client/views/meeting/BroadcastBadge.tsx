import { Circle, Radio } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

/**
 * That the meeting goes beyond those who are in it, as long as it does. What changes is told by a notice; what
 * was so before one came is said here, once.
 */
export function BroadcastBadge({ meeting }: { meeting: MeetingModel }) {
  const { live, notices } = useTexts();
  const { roomId, recording } = meeting.broadcast.value;
  const onAir = roomId !== null;
  const hints = { onAir: notices['on-air']([], 1), recording: notices['recording-began']([], 1) };
  const [said, setSaid] = useState('');
  // A region that is read out has to be there before its words are.
  useEffect(() => {
    setSaid([onAir && hints.onAir, recording && hints.recording].filter(Boolean).join(' '));
  }, []);
  return (
    <>
      <p class="visually-hidden" role="status">
        {said}
      </p>
      {(onAir || recording) && (
        <section class="broadcast" aria-label={live.broadcast}>
          {onAir && (
            <span class="broadcast-mark" title={hints.onAir} data-testid="on-air">
              <Icon of={Radio} size={16} />
              {live.onAir}
            </span>
          )}
          {recording && (
            <span class="broadcast-mark" title={hints.recording} data-testid="recording">
              <Icon of={Circle} size={16} />
              {live.recording}
            </span>
          )}
        </section>
      )}
    </>
  );
}
