import { useEffect, useId, useState } from 'preact/hooks';
import type { ContactState } from '../../../protocol/people.ts';
import type { PeopleModel } from '../../state/peopleModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Menu } from '../components/Menu.tsx';
import { useTexts } from '../context.ts';
import { contactActions, type Question } from './contactActions.ts';
import { PersonLine } from './PersonLine.tsx';
import { useCall } from '../calls/useCall.ts';
import type { Attempt } from './useAttempt.ts';

/** From one letter to the next. */
const TYPING_MS = 250;

interface DirectoryProps {
  people: PeopleModel;
  /** What the ones who are known already are. */
  known: ReadonlyMap<string, ContactState>;
  attempt: Attempt;
  ask: (question: Question) => void;
}

/** Finds people and asks them to be contacts. */
export function Directory({ people, known, attempt, ask }: DirectoryProps) {
  const texts = useTexts().people;
  const id = useId();
  const [text, setText] = useState('');
  const { directory } = people;
  const calling = useCall();
  const found = directory.found.value;
  useEffect(() => {
    const timer = setTimeout(() => void directory.search(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  // Whoever comes back to the page begins anew.
  useEffect(() => () => void directory.search(''), []);
  return (
    <section class="people-section" aria-busy={found?.is === 'loading'}>
      <h2>{texts.searchTitle}</h2>
      <form
        role="search"
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          void directory.search(text);
        }}
      >
        <label for={id}>{texts.searchLabel}</label>
        <input
          id={id}
          type="search"
          value={text}
          maxLength={100}
          autocomplete="off"
          aria-describedby={`${id}-hint`}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p id={`${id}-hint`} class="field-hint">
          {texts.searchHint}
        </p>
      </form>
      <div role="status">
        {found?.is === 'ready' && found.value.length === 0 && (
          <div class="empty">
            <strong>{texts.nobodyFound}</strong>
            <span class="muted">{texts.nobodyFoundHint}</span>
          </div>
        )}
      </div>
      {found?.is === 'failed' && <FailureNote failure={found.failure} />}
      {found?.is === 'ready' && found.value.length > 0 && (
        <ul class="person-list" data-testid="found-people">
          {found.value.map((person) => {
            const state = known.get(person.id);
            return (
              <PersonLine key={person.id} person={person} detail={person.about}>
                {state === undefined ? (
                  <button
                    type="button"
                    class="button"
                    aria-label={texts.add(person.name)}
                    onClick={() => attempt(() => people.request(person.id))}
                  >
                    {texts.addShort}
                  </button>
                ) : (
                  <span class="muted small">
                    {state === 'contact' ? texts.isContact : texts.waitsForAnswer}
                  </span>
                )}
                <Menu
                  label={texts.options(person.name)}
                  items={contactActions(texts, person, {
                    isContact: state === 'contact',
                    ask,
                    calling,
                  })}
                />
              </PersonLine>
            );
          })}
        </ul>
      )}
      {directory.hasMore.value && (
        <button type="button" class="button" onClick={() => attempt(() => directory.more())}>
          {texts.more}
        </button>
      )}
    </section>
  );
}
