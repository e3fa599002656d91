import { MicOff } from 'lucide';
import type { Person } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import type { Asking } from '../hosting/ask.ts';
import { WaitingSection } from '../hosting/WaitingSection.tsx';
import { Hands } from './Hands.tsx';
import { InviteLines } from './InviteCard.tsx';
import { Panel } from './Panel.tsx';
import { PersonRow } from './PersonRow.tsx';

/** Who waits, who wants to speak, who is here, and how to get others here. */
export function PeoplePanel({
  onClose,
  onWriteTo,
  ...asking
}: Asking & { onClose: () => void; onWriteTo: (person: Person) => void }) {
  const texts = useTexts();
  const { meeting, onAsk } = asking;
  const people = meeting.people.value;
  const waits =
    meeting.may('manage-waiting-room') &&
    (meeting.meeting.value.waitingRoom || meeting.host.queue.value.length > 0);
  return (
    <Panel title={texts.meeting.people} testId="people-panel" onClose={onClose}>
      {waits && <WaitingSection {...asking} />}
      <Hands meeting={meeting} />
      <section>
        <header class="section-head">
          <h3>{texts.meeting.sectionPeople}</h3>
          {meeting.may('mute-others') && people.length > 1 && (
            <button type="button" class="button small" onClick={() => onAsk({ is: 'mute-all' })}>
              <Icon of={MicOff} size={16} />
              {texts.hosting.person.muteAll}
            </button>
          )}
        </header>
        <ul class="people">
          {people.map((person) => (
            <PersonRow key={person.id} {...asking} person={person} onWriteTo={onWriteTo} />
          ))}
        </ul>
      </section>
      <section>
        <h3>{texts.meeting.invite}</h3>
        <InviteLines meeting={meeting} />
      </section>
    </Panel>
  );
}
