import { Hand, Mic, MicOff, Video, VideoOff, X, type IconNode } from 'lucide';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { InviteLines } from './InviteCard.tsx';
import { QualityBars } from './QualityBars.tsx';

/** Who is here, raised hands first in their order, and how to get others here. */
export function PeoplePanel({ meeting, onClose }: { meeting: MeetingModel; onClose: () => void }) {
  const texts = useTexts();
  const people = meeting.people.value;
  const hands = people
    .filter(({ handRaisedAt }) => handRaisedAt !== null)
    .sort((a, b) => (a.handRaisedAt ?? '').localeCompare(b.handRaisedAt ?? ''));
  return (
    <aside class="panel" aria-label={texts.meeting.people} data-testid="people-panel">
      <header class="panel-head">
        <h2>{texts.meeting.people}</h2>
        <button type="button" class="icon-button" aria-label={texts.app.close} onClick={onClose}>
          <Icon of={X} />
        </button>
      </header>
      <div class="panel-body">
        {hands.length > 0 && (
          <section>
            <h3>{texts.meeting.sectionHands}</h3>
            <ol class="people">
              {hands.map((person) => (
                <li key={person.id} class="person">
                  <span class="hand-icon">
                    <Icon of={Hand} size={18} />
                  </span>
                  <span class="person-name">
                    <span>{person.name}</span>
                  </span>
                </li>
              ))}
            </ol>
          </section>
        )}
        <section>
          <h3>{texts.meeting.sectionPeople}</h3>
          <ul class="people">
            {people.map((person) => (
              <PersonRow key={person.id} meeting={meeting} person={person} />
            ))}
          </ul>
        </section>
        <section>
          <h3>{texts.meeting.invite}</h3>
          <InviteLines meeting={meeting} />
        </section>
      </div>
    </aside>
  );
}

function PersonRow({ meeting, person }: { meeting: MeetingModel; person: Person }) {
  const texts = useTexts();
  const name = person.isSelf ? texts.meeting.youAre(person.name) : person.name;
  const detail = person.reconnecting
    ? texts.meeting.reconnectingOf
    : texts.meeting.roles[person.role];
  return (
    <li class="person" data-testid={`participant-${person.id}`}>
      <Avatar name={person.name} id={person.userId} />
      <span class="person-name">
        <span>{name}</span>
        <span class="muted small">{detail}</span>
      </span>
      <QualityBars meeting={meeting} person={person} always />
      <State icon={person.microphoneOn ? Mic : MicOff} off={!person.microphoneOn}>
        {texts.meeting.microphoneOffOf}
      </State>
      <State icon={person.cameraOn ? Video : VideoOff} off={!person.cameraOn}>
        {texts.lobby.cameraOff}
      </State>
    </li>
  );
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
