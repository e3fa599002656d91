import { Headphones } from 'lucide';
import type { PlayerModel } from '../../state/live/liveModels.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { useLasting } from '../useLasting.ts';
import { useLiveTexts } from './useLiveTexts.ts';

/** What passes sooner is not worth a word. */
const LOADING_AFTER_MS = 1_500;
/** Then there is more to it, whether or not the server has noticed. */
const INTERRUPTED_AFTER_MS = 5_000;

interface PlayerCaptionProps {
  player: PlayerModel;
  interrupted: boolean;
}

interface Caption {
  title: string;
  hint?: string;
  waits: boolean;
  retries?: boolean;
}

/** Over the picture: why there is none at the moment. */
export function PlayerCaption({ player, interrupted }: PlayerCaptionProps) {
  const { app } = useTexts();
  const caption = useCaption(player, interrupted);
  const { scenes } = useLiveTexts();
  const state = player.state.value;
  const soundOnly = isSoundOnly(player);
  return (
    <>
      {soundOnly && !caption && state !== 'blocked' && (
        <div class="live-caption plain">
          <Icon of={Headphones} size={48} />
          <span>{scenes.soundOnly}</span>
        </div>
      )}
      {caption && (
        <div class="live-caption" data-testid="live-caption">
          {caption.waits && <span class="spinner" />}
          <strong>{caption.title}</strong>
          {caption.hint !== undefined && <span>{caption.hint}</span>}
          {caption.retries && (
            <button type="button" class="button on-dark" onClick={() => player.retry()}>
              {app.retry}
            </button>
          )}
        </div>
      )}
      <p class="visually-hidden" role="status">
        {caption ? [caption.title, caption.hint].filter(Boolean).join('. ') : ''}
      </p>
    </>
  );
}

function isSoundOnly({ chosen, renditions }: PlayerModel): boolean {
  const all = renditions.value;
  const one = all.find(({ id }) => id === chosen.value);
  if (one) return one.height === null;
  return all.length > 0 && all.every(({ height }) => height === null);
}

function useCaption(player: PlayerModel, interrupted: boolean): Caption | null {
  const { scenes, player: words } = useLiveTexts();
  const state = player.state.value;
  const isStarved = state === 'waiting' || state === 'connecting';
  const isLoading = useLasting(isStarved, LOADING_AFTER_MS);
  const isCutOff = useLasting(state === 'waiting', INTERRUPTED_AFTER_MS);
  // What is in store is played to its end before anything is said.
  const isPlaying = state === 'playing' || state === 'paused' || state === 'blocked';
  if (state === 'unsupported') {
    return { title: scenes.unsupported, hint: scenes.unsupportedHint, waits: false };
  }
  if (isPlaying) return null;
  const interruption = { title: scenes.interrupted, hint: scenes.interruptedHint, waits: true };
  if (interrupted) return interruption;
  if (player.troubled.value && state !== 'idle') {
    return { title: scenes.troubled, hint: scenes.troubledHint, waits: true, retries: true };
  }
  if (isCutOff) return interruption;
  return isLoading ? { title: words.buffering, waits: true } : null;
}
