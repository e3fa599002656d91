import { useState } from 'preact/hooks';
import type { ContactState, ContactView } from '../../../protocol/people.ts';
import type { PeopleTexts } from '../../i18n/peopleTexts.ts';
import type { PeopleModel } from '../../state/peopleModels.ts';
import '../../styles/people.css';
import { CallButtons } from '../calls/CallButtons.tsx';
import { Confirm } from '../components/Dialog.tsx';
import { FailureNote } from '../components/FailureNote.tsx';
import { Menu } from '../components/Menu.tsx';
import { Shell } from '../components/Shell.tsx';
import { useApp, useTexts } from '../context.ts';
import { useNow } from '../useNow.ts';
import { Blocked } from './Blocked.tsx';
import { contactActions, type Question } from './contactActions.ts';
import { useCall } from '../calls/useCall.ts';
import { Directory } from './Directory.tsx';
import { lastSeenText } from './lastSeenText.ts';
import { PersonLine } from './PersonLine.tsx';
import { useAttempt, type Attempt } from './useAttempt.ts';

/** Contacts, requests, and the way to both. */
export function PeoplePage() {
  const texts = useTexts();
  const { talk } = useApp();
  const people = talk.value?.people;
  return (
    <Shell title={texts.people.title}>
      <h1>{texts.people.title}</h1>
      {people ? <People people={people} /> : <Skeletons />}
    </Shell>
  );
}

function Skeletons() {
  const texts = useTexts();
  return (
    <div class="skeletons" role="status" aria-label={texts.app.loading}>
      <span />
      <span />
      <span />
    </div>
  );
}

function People({ people }: { people: PeopleModel }) {
  const texts = useTexts();
  const [question, setQuestion] = useState<Question | null>(null);
  const [failure, attempt] = useAttempt();
  const contacts = people.contacts.value;
  const all = contacts.is === 'ready' ? contacts.value : [];
  const of = (state: ContactState) => all.filter((contact) => contact.state === state);
  return (
    <div class="people">
      <div class="people-main">
        {failure && <FailureNote failure={failure} />}
        {contacts.is === 'loading' && <Skeletons />}
        {contacts.is === 'failed' && (
          <FailureNote failure={contacts.failure}>
            <button type="button" class="button" onClick={() => void people.load()}>
              {texts.app.retry}
            </button>
          </FailureNote>
        )}
        {contacts.is === 'ready' && (
          <>
            <Incoming requests={of('incoming')} {...{ people, attempt }} />
            <Contacts contacts={of('contact')} ask={setQuestion} />
            <Sent requests={of('requested')} {...{ people, attempt }} />
          </>
        )}
        <Blocked {...{ people, attempt }} />
      </div>
      <Directory
        {...{ people, attempt }}
        known={new Map(all.map(({ person, state }) => [person.id, state]))}
        ask={setQuestion}
      />
      {question && (
        <Ask
          question={question}
          onClose={() => setQuestion(null)}
          onConfirm={() => attempt(() => people[question.what](question.person.id))}
        />
      )}
    </div>
  );
}

interface RequestsProps {
  requests: readonly ContactView[];
  people: PeopleModel;
  attempt: Attempt;
}

function Incoming({ requests, people, attempt }: RequestsProps) {
  const texts = useTexts().people;
  if (requests.length === 0) return null;
  return (
    <section class="people-section" data-testid="incoming-requests">
      <h2>{texts.requests}</h2>
      <ul class="person-list">
        {requests.map(({ person }) => (
          <PersonLine key={person.id} person={person} detail={texts.wantsToConnect}>
            <button
              type="button"
              class="button primary"
              aria-label={texts.accept(person.name)}
              onClick={() => attempt(() => people.accept(person.id))}
            >
              {texts.acceptShort}
            </button>
            <button
              type="button"
              class="button"
              aria-label={texts.decline(person.name)}
              onClick={() => attempt(() => people.remove(person.id))}
            >
              {texts.declineShort}
            </button>
          </PersonLine>
        ))}
      </ul>
    </section>
  );
}

function Contacts({
  contacts,
  ask,
}: {
  contacts: readonly ContactView[];
  ask: (question: Question) => void;
}) {
  const texts = useTexts();
  const words = texts.people;
  const now = useNow(30_000);
  const calling = useCall();
  return (
    <section class="people-section" data-testid="contacts">
      <h2>{words.contacts}</h2>
      {contacts.length === 0 ? (
        <div class="empty">
          <strong>{words.contactsEmpty}</strong>
          <span class="muted">{words.contactsEmptyHint}</span>
        </div>
      ) : (
        <ul class="person-list">
          {contacts.map((contact) => (
            <PersonLine
              key={contact.person.id}
              person={contact.person}
              status={contact.status}
              detail={detailOf(contact, words, now, texts.locale)}
            >
              <CallButtons person={contact.person} />
              <Menu
                label={words.options(contact.person.name)}
                items={contactActions(words, contact.person, { isContact: true, ask, calling })}
              />
            </PersonLine>
          ))}
        </ul>
      )}
    </section>
  );
}

function detailOf(
  { person, status, lastSeen }: ContactView,
  texts: PeopleTexts,
  now: number,
  locale: string,
): string {
  const shown = texts.statuses[status ?? 'offline'];
  const seen = lastSeen === null ? [] : [texts.lastSeen(lastSeenText(lastSeen, now, locale))];
  return [shown, ...seen, ...(person.about === '' ? [] : [person.about])].join(' · ');
}

function Sent({ requests, people, attempt }: RequestsProps) {
  const texts = useTexts().people;
  if (requests.length === 0) return null;
  return (
    <section class="people-section">
      <h2>{texts.sent}</h2>
      <ul class="person-list">
        {requests.map(({ person }) => (
          <PersonLine key={person.id} person={person} detail={texts.waitsForAnswer}>
            <button
              type="button"
              class="button"
              aria-label={texts.takeBack(person.name)}
              onClick={() => attempt(() => people.remove(person.id))}
            >
              {texts.takeBackShort}
            </button>
          </PersonLine>
        ))}
      </ul>
    </section>
  );
}

interface AskProps {
  question: Question;
  onConfirm: () => void;
  onClose: () => void;
}

function Ask({ question: { what, person }, onConfirm, onClose }: AskProps) {
  const texts = useTexts().people;
  const words =
    what === 'block'
      ? { title: texts.blockConfirm(person.name), hint: texts.blockHint, action: texts.block }
      : { title: texts.removeConfirm(person.name), hint: texts.removeHint, action: texts.remove };
  return (
    <Confirm
      title={words.title}
      hint={words.hint}
      action={words.action.replace('…', '')}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}
