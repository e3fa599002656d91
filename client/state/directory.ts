import { signal } from '@preact/signals';
import type { ProfileView } from '../../protocol/people.ts';
import { toRequestError } from '../api/RequestError.ts';
import type { RestClient } from '../api/RestClient.ts';
import type { Loadable } from './models.ts';
import type { DirectoryModel } from './peopleModels.ts';

const PAGE = '20';

export function createDirectory(rest: Pick<RestClient, 'call'>): DirectoryModel {
  const found = signal<Loadable<readonly ProfileView[]> | null>(null);
  const hasMore = signal(false);
  let asked = '';
  let next: string | null = null;

  async function page(text: string, before: string | null): Promise<readonly ProfileView[] | null> {
    const query = { q: text, limit: PAGE, ...(before !== null && { before }) };
    const answer = await rest.call('searchPeople', { query });
    // Something else was typed meanwhile.
    if (text !== asked) return null;
    next = answer.next;
    hasMore.value = next !== null;
    return answer.people;
  }

  return {
    found,
    hasMore,
    async search(text) {
      asked = text.trim();
      const wanted = asked;
      if (wanted === '') {
        found.value = null;
        hasMore.value = false;
        return;
      }
      // What was found before stays until there is something else to show.
      if (found.peek()?.is !== 'ready') found.value = { is: 'loading' };
      try {
        const people = await page(wanted, null);
        if (people) found.value = { is: 'ready', value: people };
      } catch (error) {
        if (wanted === asked) found.value = { is: 'failed', failure: toRequestError(error) };
      }
    },
    async more() {
      if (next === null) return;
      const people = await page(asked, next);
      const before = found.peek();
      if (people && before?.is === 'ready') {
        found.value = { is: 'ready', value: [...before.value, ...people] };
      }
    },
  };
}
