import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { AudioOutput } from '../media/AudioOutput.ts';
import type { MediaSession } from '../media/MediaSession.ts';

/** What of the others can be seen and is heard. */
export interface Playback {
  /** By producer id. */
  readonly video: ReadonlySignal<ReadonlyMap<string, MediaStreamTrack>>;
  /** True when the browser refuses to play sound until the user clicks. */
  readonly soundBlocked: ReadonlySignal<boolean>;
  unblockSound(): Promise<void>;
  close(): void;
}

/** Plays the sound of every track that comes, on the chosen output, and keeps the pictures. */
export function createPlayback(
  media: Pick<MediaSession, 'on'>,
  speaker: ReadonlySignal<string | null>,
): Playback {
  const video = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  const soundBlocked = signal(false);
  const audio = new AudioOutput((blocked) => (soundBlocked.value = blocked));
  media.on('track-added', ({ producerId, kind, track }) => {
    if (kind === 'audio') audio.add(producerId, track);
    else video.value = new Map(video.value).set(producerId, track);
  });
  media.on('track-removed', (producerId) => {
    audio.remove(producerId);
    if (!video.value.has(producerId)) return;
    const remaining = new Map(video.value);
    remaining.delete(producerId);
    video.value = remaining;
  });
  const stop = effect(() => void audio.select(speaker.value));
  return {
    video,
    soundBlocked,
    unblockSound: () => audio.unblock(),
    close() {
      stop();
      audio.close();
    },
  };
}
