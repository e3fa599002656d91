import { Mic, MicOff, MonitorSmartphone, Video, VideoOff, type IconNode } from 'lucide';
import type { Texts } from '../../i18n/texts.ts';
import type { Person } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import type { Asking } from '../hosting/ask.ts';
import { PersonMenu } from '../hosting/PersonMenu.tsx';
import { QualityBars } from './QualityBars.tsx';

interface PersonRowProps extends Asking {
  person: Person;
  onWriteTo: (person: Person) => void;
}

/** One person in the list: who, in which role, and what is on. */
export function PersonRow({ meeting, onAsk, person, onWriteTo }: PersonRowProps) {
  const texts = useTexts();
  const name = person.isSelf ? texts.meeting.youAre(person.name) : person.name;
  return (
    <li class="person" data-testid={`participant-${person.id}`}>
      <Avatar name={person.name} id={person.userId} picture={person.avatarUrl} />
      <span class="person-name">
        <span dir="auto" title={name}>
          {name}
        </span>
        <Detail person={person} texts={texts} />
      </span>
      <QualityBars meeting={meeting} person={person} always />
      {person.companion ? (
        <span class="person-state" title={texts.hosting.person.secondScreen}>
          <Icon of={MonitorSmartphone} size={18} />
        </span>
      ) : (
        <State icon={person.microphoneOn ? Mic : MicOff} off={!person.microphoneOn}>
          {texts.meeting.microphoneOffOf}
        </State>
      )}
      <State icon={person.cameraOn ? Video : VideoOff} off={!person.cameraOn}>
        {texts.lobby.cameraOff}
      </State>
      <span class="person-more">
        <PersonMenu
          meeting={meeting}
          onAsk={onAsk}
          person={person}
          onWriteTo={onWriteTo}
          testId={`person-menu-${person.id}`}
        />
      </span>
    </li>
  );
}

/** Hosts have a badge; of the others what is not as usual. */
function Detail({ person, texts }: { person: Person; texts: Texts }) {
  const { role, companion, reconnecting } = person;
  const roleName = texts.meeting.roles[role];
  if (reconnecting) return <span class="muted small">{texts.meeting.reconnectingOf}</span>;
  if (companion) return <span class="muted small">{texts.hosting.person.secondScreen}</span>;
  if (role === 'host' || role === 'cohost') return <span class="role-badge">{roleName}</span>;
  return <span class="muted small">{roleName}</span>;
}

/** On is told by its picture alone; off is worth saying. */
function State({ icon, off, children }: { icon: IconNode; off: boolean; children: string }) {
  return (
    <span class={off ? 'person-state off' : 'person-state'} title={off ? children : undefined}>
      <Icon of={icon} size={18} />
      {off && <span class="visually-hidden">{children}</span>}
    </span>
  );
}
