import { Video } from 'lucide';
import { useApp, useTexts } from '../context.ts';
import { followLink, path } from '../router.ts';
import { Icon } from './Icon.tsx';

/** On other pages, the way back into the meeting that still goes on. */
export function OngoingMeeting() {
  const texts = useTexts().meeting;
  const meeting = useApp().meeting.value;
  if (meeting?.phase.value.is !== 'in' || path.value.startsWith('/m/')) return null;
  const { title, code } = meeting.meeting.value;
  return (
    <aside class="ongoing" aria-label={texts.ongoing}>
      <Icon of={Video} size={18} />
      <span>
        {texts.ongoing}: <strong>{title}</strong>
      </span>
      <a class="button" href={`/m/${code}`} onClick={followLink}>
        {texts.goBack}
      </a>
    </aside>
  );
}
