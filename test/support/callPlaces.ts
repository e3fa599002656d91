import { inject } from 'vitest';
import { EDGE_BACKENDS } from './backends.ts';
import { ClusterOfProcesses } from './ClusterOfProcesses.ts';
import { befriend, contactOf, untilOnline } from './contacts.ts';
import { signUp, type Person } from './people.ts';
import { startTestServer } from './TestServer.ts';

const PLACES = ['PGlite', 'two nodes'] as const;
type Place = (typeof PLACES)[number];

/**
 * A server with the embedded database, and a cluster on PostgreSQL whose people are at different nodes: a round has time
 * for the one on which more can go wrong.
 */
export const CALL_PLACES: readonly Place[] = EDGE_BACKENDS.includes('PGlite')
  ? PLACES
  : ['two nodes'];

/** Where people who call each other are. */
export interface CallPlace {
  /** Where the one who comes as the so-and-so-manieth is, counted from 0. */
  at(index: number): { url: string };
  /** Settles when the other nodes know that somebody's page is open. */
  known(person: Person, index: number): Promise<void>;
  close(): Promise<void>;
}

export async function openCallPlace(place: Place, env: Record<string, string>): Promise<CallPlace> {
  if (place !== 'two nodes') {
    const server = await startTestServer(env);
    return { at: () => server, known: () => Promise.resolve(), close: () => server.close() };
  }
  const cluster = await ClusterOfProcesses.start(inject('postgres'), { media: 1, env });
  const at = (index: number): { url: string } => {
    const node = cluster.signaling[index % cluster.signaling.length];
    if (!node) throw new Error('there are signaling nodes');
    return node;
  };
  // Only contacts are told who is there.
  const watchers = [await signUp(at(0), 'Watcher'), await signUp(at(1), 'Watcher')];
  return {
    at,
    async known(person, index) {
      const other = index + 1;
      const watcher = watchers[other % watchers.length];
      if (!watcher) throw new Error('somebody watches at each node');
      if (!(await contactOf(at(other), watcher, person))) {
        await befriend(at(other), watcher, person, at(index));
      }
      await untilOnline(at(other), watcher, person);
    },
    close: () => cluster.close(),
  };
}
