import { useEffect } from 'preact/hooks';
import type { PlayerModel } from '../../state/live/liveModels.ts';
import { togglePlay } from './togglePlay.ts';

const VOLUME_STEP = 0.1;
const SEEK_SEC = 5;

/** Keys of a player, wherever on the page the focus is, but for what has keys of its own. */
export function usePlayerKeys(player: PlayerModel, toggleFullScreen: () => void): void {
  useEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      ' ': () => void togglePlay(player),
      m: () => player.setMuted(!player.sound.peek().muted),
      f: toggleFullScreen,
      ArrowUp: () => player.setVolume(player.sound.peek().volume + VOLUME_STEP),
      ArrowDown: () => player.setVolume(player.sound.peek().volume - VOLUME_STEP),
      ArrowLeft: () => player.seekBy(-SEEK_SEC),
      ArrowRight: () => player.seekBy(SEEK_SEC),
    };
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (!(target instanceof Element) || target.closest('.menu, dialog, input, select, textarea'))
        return;
      // A button that has the focus is pressed by the space bar, as everywhere.
      if (event.key === ' ' && target.closest('button, a, summary')) return;
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [player, toggleFullScreen]);
}
