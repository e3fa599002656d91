import type { ScreenShare } from '../../state/models.ts';
import { VideoView } from '../components/VideoView.tsx';
import { useTexts } from '../context.ts';
import type { Box } from './layout.ts';
import { PinButton, showPin } from './PinButton.tsx';
import { place, SMALL_BELOW } from './Tile.tsx';

interface SharedScreenProps {
  share: ScreenShare;
  box: Box;
  pinned: boolean;
  onPin: () => void;
}

/** A screen that somebody shares, always whole. */
export function SharedScreen({ share, box, pinned, onPin }: SharedScreenProps) {
  const texts = useTexts();
  const text = share.isSelf ? texts.meeting.sharing : texts.meeting.sharedBy(share.name);
  return (
    <li
      class={box.height < SMALL_BELOW ? 'shared tile-small' : 'shared'}
      style={place(box)}
      data-testid={`share-${share.participantId}`}
      onClick={showPin}
    >
      {share.video ? (
        <VideoView track={share.video.track} contain />
      ) : (
        <span class="spinner" role="status" aria-label={texts.app.loading} />
      )}
      <p class="tile-label">
        <span class="tile-name">{text}</span>
      </p>
      <div class="tile-tools">
        <PinButton name={texts.meeting.screenOf(share.name)} pinned={pinned} onPin={onPin} />
      </div>
    </li>
  );
}
