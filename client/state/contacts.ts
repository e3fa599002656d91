import { computed, signal } from '@preact/signals';
import type { ContactView, PersonView } from '../../protocol/people.ts';
import type { AnyNotification } from '../api/SignalingClient.ts';
import { toRequestError } from '../api/RequestError.ts';
import {
  byName,
  withContact,
  withoutContact,
  withProfile,
  withStatus,
  type Contacts,
} from './contactList.ts';
import { createDirectory } from './directory.ts';
import type { Failure, Loadable } from './models.ts';
import type { PeopleModel } from './peopleModels.ts';
import { createProfile } from './profile.ts';
import type { TalkDeps } from './talk.ts';

const PAGE = '100';

export function createPeople(deps: TalkDeps): PeopleModel {
  const { rest, preferences } = deps;
  const known = signal<Contacts>(new Map());
  const state = signal<{ is: 'loading' } | { is: 'ready' } | { is: 'failed'; failure: Failure }>({
    is: 'loading',
  });
  const blocked = signal<Loadable<readonly PersonView[]>>({ is: 'loading' });
  const own = createProfile(deps);
  /** What is told while the list is on its way is newer than the list. */
  let told: ((contacts: Contacts) => Contacts)[] = [];
  let loading = 0;

  function apply(change: (contacts: Contacts) => Contacts): void {
    if (loading > 0) told.push(change);
    known.value = change(known.peek());
  }

  async function load(): Promise<void> {
    loading += 1;
    const turn = loading;
    told = [];
    try {
      // After this the server tells what changes.
      await own.arrive();
      const all = await readAll();
      if (turn !== loading) return;
      known.value = told.reduce((contacts, change) => change(contacts), all);
      state.value = { is: 'ready' };
      loading = 0;
    } catch (error) {
      if (turn !== loading) return;
      loading = 0;
      // What was there stays on the page; the next connection asks again.
      if (state.peek().is !== 'ready') {
        state.value = { is: 'failed', failure: toRequestError(error) };
      }
    }
  }

  async function readAll(): Promise<Contacts> {
    const all = new Map<string, ContactView>();
    let before: string | null = null;
    do {
      const query: Record<string, string> = { limit: PAGE, ...(before !== null && { before }) };
      const page = await rest.call('listContacts', { query });
      for (const contact of page.contacts) all.set(contact.person.id, contact);
      before = page.next;
    } while (before !== null);
    return all;
  }

  async function loadBlocked(): Promise<void> {
    try {
      const people: PersonView[] = [];
      let before: string | null = null;
      do {
        const query: Record<string, string> = { limit: PAGE, ...(before !== null && { before }) };
        const page = await rest.call('listBlocks', { query });
        people.push(...page.people);
        before = page.next;
      } while (before !== null);
      blocked.value = { is: 'ready', value: people };
    } catch (error) {
      blocked.value = { is: 'failed', failure: toRequestError(error) };
    }
  }

  function handle({ name, payload }: AnyNotification): void {
    if (name === 'contact-updated') {
      apply((contacts) => withContact(contacts, payload.contact));
    } else if (name === 'contact-removed') {
      apply((contacts) => withoutContact(contacts, payload.userId));
    } else if (name === 'chat-user-status-update') {
      apply((contacts) => withStatus(contacts, payload));
    } else if (name === 'profile-updated') {
      apply((contacts) => withProfile(contacts, payload.person));
    }
  }

  deps.onNotification(handle);
  deps.onSync(() => void load());

  const incoming = computed(
    () => [...known.value.values()].filter((contact) => contact.state === 'incoming').length,
  );
  return {
    unseen: incoming,
    contacts: computed(() =>
      state.value.is === 'ready'
        ? { is: 'ready', value: byName(known.value, preferences.language.value) }
        : state.value,
    ),
    pictures: computed(() => {
      const people: (PersonView | null)[] = [...known.value.values()].map(({ person }) => person);
      const withPicture = [...people, own.profile.value].flatMap((person) =>
        person && person.avatarUrl !== null ? [[person.id, person.avatarUrl] as const] : [],
      );
      return new Map(withPicture);
    }),
    blocked,
    directory: createDirectory(rest),
    own,
    async load() {
      if (state.peek().is === 'failed') state.value = { is: 'loading' };
      await load();
    },
    loadBlocked,
    async request(userId) {
      const { contact } = await rest.call('requestContact', { body: { userId } });
      apply((contacts) => withContact(contacts, contact));
    },
    async accept(userId) {
      const { contact } = await rest.call('acceptContact', { params: { userId } });
      apply((contacts) => withContact(contacts, contact));
    },
    async remove(userId) {
      await rest.call('removeContact', { params: { userId } });
      apply((contacts) => withoutContact(contacts, userId));
    },
    async block(userId) {
      await rest.call('block', { body: { userId } });
      apply((contacts) => withoutContact(contacts, userId));
      await loadBlocked();
    },
    async unblock(userId) {
      await rest.call('unblock', { params: { userId } });
      await loadBlocked();
    },
  };
}
