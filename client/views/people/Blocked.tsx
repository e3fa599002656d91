import type { PeopleModel } from '../../state/peopleModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { useTexts } from '../context.ts';
import { PersonLine } from './PersonLine.tsx';
import type { Attempt } from './useAttempt.ts';

/** Whom one has blocked; asked for when somebody looks. */
export function Blocked({ people, attempt }: { people: PeopleModel; attempt: Attempt }) {
  const texts = useTexts();
  const words = texts.people;
  const blocked = people.blocked.value;
  return (
    <details
      class="people-section"
      onToggle={(event) => {
        if (event.currentTarget.open) void people.loadBlocked();
      }}
    >
      <summary>{words.blocked}</summary>
      {blocked.is === 'loading' && <p role="status">{texts.app.loading}</p>}
      {blocked.is === 'failed' && (
        <FailureNote failure={blocked.failure}>
          <button type="button" class="button" onClick={() => void people.loadBlocked()}>
            {texts.app.retry}
          </button>
        </FailureNote>
      )}
      {blocked.is === 'ready' && blocked.value.length === 0 && (
        <p class="muted">{words.blockedEmpty}</p>
      )}
      {blocked.is === 'ready' && blocked.value.length > 0 && (
        <ul class="person-list">
          {blocked.value.map((person) => (
            <PersonLine key={person.id} person={person}>
              <button
                type="button"
                class="button"
                aria-label={words.unblock(person.name)}
                onClick={() => attempt(() => people.unblock(person.id))}
              >
                {words.unblockShort}
              </button>
            </PersonLine>
          ))}
        </ul>
      )}
    </details>
  );
}
