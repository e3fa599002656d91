import {
  Check,
  Maximize,
  Minimize,
  Pause,
  PictureInPicture2,
  Play,
  Radio,
  SlidersHorizontal,
  Volume2,
  VolumeX,
  type IconNode,
} from 'lucide';
import type { RefObject } from 'preact';
import type { PlayerModel } from '../../state/live/liveModels.ts';
import type { LiveTexts } from '../../i18n/liveTexts.ts';
import { Icon } from '../components/Icon.tsx';
import { Menu, type MenuItem } from '../components/Menu.tsx';
import { togglePlay } from './togglePlay.ts';
import type { FullScreen } from './useFullScreen.ts';
import { useLiveTexts } from './useLiveTexts.ts';

/** Farther behind than this is noticed. */
const BEHIND_SEC = 3;

interface PlayerBarProps {
  player: PlayerModel;
  video: RefObject<HTMLVideoElement | null>;
  fullScreen: FullScreen;
}

/** All controls, always in the same place. */
export function PlayerBar({ player, video, fullScreen }: PlayerBarProps) {
  const words = useLiveTexts().player;
  const state = player.state.value;
  const isPaused = state === 'paused' || state === 'blocked' || state === 'ended';
  const { muted } = player.sound.value;
  return (
    <div class="live-bar" role="toolbar" aria-label={words.label} title={words.keys}>
      <BarButton
        icon={isPaused ? Play : Pause}
        label={isPaused ? words.play : words.pause}
        onClick={() => void togglePlay(player)}
      />
      <BarButton
        icon={muted ? VolumeX : Volume2}
        label={muted ? words.unmute : words.mute}
        onClick={() => player.setMuted(!muted)}
      />
      <Volume player={player} />
      <LiveEdge player={player} />
      <span class="live-bar-space" />
      {player.renditions.value.length > 1 && <Quality player={player} />}
      {document.pictureInPictureEnabled && (
        <BarButton
          icon={PictureInPicture2}
          label={words.pictureInPicture}
          onClick={() => void togglePictureInPicture(video.current)}
        />
      )}
      {fullScreen.isPossible && (
        <BarButton
          icon={fullScreen.on ? Minimize : Maximize}
          label={fullScreen.on ? words.exitFullScreen : words.fullScreen}
          onClick={fullScreen.toggle}
        />
      )}
    </div>
  );
}

interface BarButtonProps {
  icon: IconNode;
  label: string;
  onClick: () => void;
}

function BarButton({ icon, label, onClick }: BarButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon of={icon} />
    </button>
  );
}

/** Where there is room; phones have keys for it. */
function Volume({ player }: { player: PlayerModel }) {
  const words = useLiveTexts().player;
  const { volume, muted } = player.sound.value;
  const percent = muted ? 0 : Math.round(volume * 100);
  return (
    <input
      class="live-volume"
      type="range"
      min={0}
      max={100}
      step={5}
      value={percent}
      aria-label={words.volume}
      aria-valuetext={words.volumeIs(percent)}
      onInput={({ currentTarget }) => player.setVolume(Number(currentTarget.value) / 100)}
    />
  );
}

/** That this is live, or the way back to it. */
function LiveEdge({ player }: { player: PlayerModel }) {
  const words = useLiveTexts().player;
  const state = player.state.value;
  const isBehind = state === 'paused' || player.position.value.behindSec > BEHIND_SEC;
  if (isBehind) {
    return (
      <button type="button" class="button small on-dark live-edge" onClick={() => player.toLive()}>
        <Icon of={Radio} size={16} />
        {words.backToLive}
      </button>
    );
  }
  if (state !== 'playing') return null;
  return (
    <span class="live-mark">
      <span class="live-dot" />
      {words.live}
    </span>
  );
}

function Quality({ player }: { player: PlayerModel }) {
  const words = useLiveTexts().player;
  const renditions = player.renditions.value;
  const chosen = player.chosen.value;
  const playing = player.playing.value;
  const name = (id: string): string =>
    nameOf(words, renditions.find((one) => one.id === id)?.height);
  const auto = chosen === null && playing !== null ? words.autoOf(name(playing)) : words.auto;
  const current = chosen === null ? auto : name(chosen);
  const items: MenuItem[] = [
    { id: null, label: auto },
    ...renditions.map(({ id }) => ({ id, label: name(id) })),
  ].map(({ id, label }) => ({
    label,
    icon: id === chosen ? Check : SlidersHorizontal,
    pressed: id === chosen,
    run: () => player.choose(id),
  }));
  return (
    <Menu label={words.qualityIs(current)} items={items} class="live-quality" testId="live-quality">
      <Icon of={SlidersHorizontal} size={18} />
      <span class="live-quality-text">{current}</span>
    </Menu>
  );
}

function nameOf(words: LiveTexts['player'], height: number | null | undefined): string {
  return typeof height === 'number' ? `${height}p` : words.audioOnly;
}

async function togglePictureInPicture(video: HTMLVideoElement | null): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch {
    // Not before there is a picture.
  }
}
