import { Play, Volume2 } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { PlayerModel } from '../../state/live/liveModels.ts';
import { Icon } from '../components/Icon.tsx';
import { PlayerBar } from './PlayerBar.tsx';
import { PlayerCaption } from './PlayerCaption.tsx';
import { togglePlay } from './togglePlay.ts';
import { useFullScreen } from './useFullScreen.ts';
import { useLiveTexts } from './useLiveTexts.ts';
import { usePlayerKeys } from './usePlayerKeys.ts';

interface PlayerProps {
  player: PlayerModel;
  interrupted: boolean;
}

/** The broadcast with everything that can be done to it. */
export function Player({ player, interrupted }: PlayerProps) {
  const words = useLiveTexts().player;
  const root = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const fullScreen = useFullScreen(root, video);
  const state = player.state.value;
  useEffect(() => {
    player.attach(video.current);
    return () => player.attach(null);
  }, [player]);
  usePlayerKeys(player, fullScreen.toggle);
  const classes = ['live-player', fullScreen.on && 'full', fullScreen.quiet && 'quiet'];
  return (
    <section
      ref={root}
      class={classes.filter(Boolean).join(' ')}
      aria-label={words.label}
      data-testid="live-player"
      data-state={state}
    >
      <div class="live-picture">
        <video
          ref={video}
          playsInline
          data-testid="live-video"
          aria-label={words.label}
          onClick={() => void togglePlay(player)}
        />
        <PlayerCaption player={player} interrupted={interrupted} />
        {state === 'blocked' && (
          <button type="button" class="live-big-play" onClick={() => void player.play()}>
            <Icon of={Play} size={40} />
            <span>{words.bigPlay}</span>
          </button>
        )}
        {player.sound.value.offered && state !== 'blocked' && (
          <button
            type="button"
            class="live-tap-for-sound"
            onClick={() => {
              player.setMuted(false);
              void player.play();
            }}
          >
            <Icon of={Volume2} />
            {words.tapForSound}
          </button>
        )}
      </div>
      <PlayerBar player={player} video={video} fullScreen={fullScreen} />
    </section>
  );
}
