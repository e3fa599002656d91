import { Hand, X } from 'lucide';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

/** Raised hands in the order in which they went up. */
export function Hands({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const hands = inOrder(meeting.people.value);
  if (hands.length === 0) return null;
  return (
    <section>
      <header class="section-head">
        <h3>{texts.meeting.sectionHands}</h3>
        {meeting.may('lower-hands') && (
          <button
            type="button"
            class="button small"
            onClick={() => void meeting.host.lowerAllHands()}
          >
            {texts.hosting.person.lowerAll}
          </button>
        )}
      </header>
      <ol class="people">
        {hands.map((person) => (
          <HandRow key={person.id} meeting={meeting} person={person} />
        ))}
      </ol>
    </section>
  );
}

function HandRow({ meeting, person }: { meeting: MeetingModel; person: Person }) {
  const texts = useTexts();
  const words = texts.hosting.person;
  const { host } = meeting;
  const { id, name, isSelf } = person;
  const maySpeak =
    !person.microphoneOn && !person.companion && meeting.mayDoTo('ask-to-unmute', person);
  const lowers = isSelf || meeting.mayDoTo('lower-hands', person);
  return (
    <li class="person hand">
      <span class="hand-icon">
        <Icon of={Hand} size={18} />
      </span>
      <span class="person-name">
        <span>{isSelf ? texts.meeting.youAre(name) : name}</span>
      </span>
      {maySpeak && (
        <button
          type="button"
          class="button small"
          aria-label={words.allowToSpeakOf(name)}
          onClick={() => void host.askToUnmute(id, 'microphone')}
        >
          {words.allowToSpeak}
        </button>
      )}
      {lowers && (
        <button
          type="button"
          class="icon-button"
          aria-label={words.lowerHandOf(name)}
          title={words.lowerHand}
          onClick={() => void (isSelf ? meeting.hand.set(false) : host.lowerHand(id))}
        >
          <Icon of={X} size={18} />
        </button>
      )}
    </li>
  );
}

function inOrder(people: readonly Person[]): Person[] {
  return people
    .filter(({ handRaisedAt }) => handRaisedAt !== null)
    .sort((a, b) => (a.handRaisedAt ?? '').localeCompare(b.handRaisedAt ?? ''));
}
