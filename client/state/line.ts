import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { SignalingClient } from '../api/SignalingClient.ts';
import type { Session } from './session.ts';

/**
 * The connection of somebody with an account: open on every page, for messages, presence, calls and
 * meetings alike. Guests have one for their meeting only.
 */
export interface Line {
  /** Null while nobody is signed in, or somebody is here as a guest. */
  readonly signaling: ReadonlySignal<SignalingClient | null>;
  /** The same, opened now if it is not yet: before it is known whose token was kept, say. */
  open(): SignalingClient | null;
}

export function createLine(session: Pick<Session, 'user' | 'token' | 'guestOf' | 'expire'>): Line {
  const signaling = signal<SignalingClient | null>(null);
  let token: string | null = null;

  function open(): SignalingClient | null {
    const wanted = session.guestOf() === null ? session.token() : null;
    if (wanted === token) return signaling.peek();
    signaling.peek()?.close();
    token = wanted;
    signaling.value = wanted === null ? null : connect(wanted);
    return signaling.peek();
  }

  function connect(given: string): SignalingClient {
    const client = new SignalingClient(given);
    client.on('state', (state) => {
      // The token is over. Whoever is told so elsewhere, in a meeting, forgets it there.
      if (state.is === 'refused' && state.error.code === 'UNAUTHENTICATED' && token === given) {
        session.expire();
      }
    });
    client.connect();
    return client;
  }

  effect(() => {
    // Signing in, out, and coming as a guest change it.
    if (session.user.value !== null || signaling.peek() !== null) open();
  });
  return { signaling, open };
}
