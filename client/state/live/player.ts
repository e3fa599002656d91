import { batch, signal } from '@preact/signals';
import type { LivePosition, LiveSource, Rendition } from '../../media/live/LiveStream.ts';
import { LivePlayback, type PlaybackState, type Sound } from '../../media/live/LivePlayback.ts';
import { keptLocally } from '../storage.ts';
import type { PlayerModel } from './liveModels.ts';

export interface Player {
  readonly model: PlayerModel;
  start(source: LiveSource): void;
  stop(): void;
  close(): void;
}

export interface PlayerDeps {
  /** The keys are refused. */
  onAccessLost: () => void;
  /** A preview is silent, and leaves what is kept of the sound alone. */
  silent: boolean;
}

export function createPlayer({ onAccessLost, silent }: PlayerDeps): Player {
  const keptVolume = keptLocally('live-volume');
  const keptVolumeValue = Number(keptVolume.get() ?? 1);
  const volume = keptVolumeValue >= 0 && keptVolumeValue <= 1 ? keptVolumeValue : 1;
  const playback = new LivePlayback({ volume, muted: silent });
  const state = signal<PlaybackState>('idle');
  const troubled = signal(false);
  const sound = signal<Sound>({ volume, muted: silent, offered: false });
  const renditions = signal<readonly Rendition[]>([]);
  const chosen = signal<string | null>(null);
  const playing = signal<string | null>(null);
  const position = signal<LivePosition>({ delaySec: null, behindSec: 0 });

  playback.on('state', (now) => (state.value = now));
  playback.on('trouble', (now) => (troubled.value = now));
  playback.on('renditions', (now) => (renditions.value = now));
  playback.on('rendition', (now) => (playing.value = now));
  playback.on('position', (now) => (position.value = now));
  playback.on('access-lost', onAccessLost);
  playback.on('sound', (now) => {
    sound.value = now;
    if (!silent) keptVolume.set(String(now.volume));
  });

  return {
    model: {
      ...{ state, troubled, sound, renditions, chosen, playing, position },
      attach: (video) => playback.attach(video),
      play: () => playback.play(),
      pause: () => playback.pause(),
      setMuted: (muted) => playback.setMuted(muted),
      setVolume: (wanted) => playback.setVolume(wanted),
      seekBy: (seconds) => playback.seekBy(seconds),
      toLive: () => playback.toLive(),
      choose(rendition) {
        chosen.value = rendition;
        playback.choose(rendition);
      },
      retry: () => playback.restart(),
    },
    start: (source) => playback.start(source),
    stop() {
      batch(() => {
        playback.stop();
        position.value = { delaySec: null, behindSec: 0 };
        playing.value = null;
      });
    },
    close: () => playback.close(),
  };
}
