import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { SignalingState } from '../api/SignalingClient.ts';
import type { MediaHealth } from '../media/health.ts';
import type { ConnectionState } from './models.ts';

/** How far the way back has got: of the place in the meeting first, of media while that is taken. */
export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** Whether the place in the meeting is taken. */
  readonly placed: boolean;
  handleConnecting(state: Extract<SignalingState, { is: 'connecting' }>): void;
  handleMedia(health: MediaHealth): void;
  /** The server is there again, and asked for the place. */
  show(step: 'place' | 'rejoin'): void;
  /** The place is taken. */
  settle(): void;
  close(): void;
}

export function createConnection(): Connection {
  const place = signal<ConnectionState>({ is: 'connected' });
  const media = signal<MediaHealth>({ is: 'well' });
  const onOffline = (): void => {
    if (place.value.is === 'reconnecting') place.value = { is: 'offline' };
  };
  globalThis.addEventListener('offline', onOffline);
  return {
    state: computed(() => {
      if (place.value.is !== 'connected' || media.value.is === 'well') return place.value;
      const { step, attempt } = media.value;
      return { is: 'reconnecting', step, attempt, nextTryAt: null };
    }),
    get placed() {
      return place.value.is === 'connected';
    },
    handleConnecting({ attempt, nextTryAt }) {
      place.value = navigator.onLine
        ? { is: 'reconnecting', step: 'server', attempt, nextTryAt }
        : { is: 'offline' };
    },
    handleMedia(health) {
      media.value = health;
    },
    show(step) {
      place.value = { is: 'reconnecting', step, attempt: 1, nextTryAt: null };
    },
    settle() {
      place.value = { is: 'connected' };
    },
    close() {
      globalThis.removeEventListener('offline', onOffline);
    },
  };
}
