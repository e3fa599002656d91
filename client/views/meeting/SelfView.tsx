import { MonitorSmartphone, Move } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useTexts } from '../context.ts';
import { showPin } from './PinButton.tsx';
import { useSpeaking } from './Tile.tsx';

const CORNERS = ['bottom-right', 'bottom-left', 'top-left', 'top-right'] as const;
type Corner = (typeof CORNERS)[number];

/** One's own picture in a corner: drag it into another, or use its button. */
export function SelfView({ meeting, self }: { meeting: MeetingModel; self: Person }) {
  const texts = useTexts();
  const [corner, setCorner] = useState<Corner>('bottom-right');
  const dragging = useRef(false);
  const speaking = useSpeaking(meeting, self);

  function drop(event: PointerEvent & { currentTarget: HTMLElement }): void {
    if (!dragging.current) return;
    dragging.current = false;
    const stage = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!stage) return;
    const right = event.clientX > stage.left + stage.width / 2;
    const below = event.clientY > stage.top + stage.height / 2;
    setCorner(`${below ? 'bottom' : 'top'}-${right ? 'right' : 'left'}`);
  }

  return (
    <div
      class={`self-view ${corner} ${speaking ? 'speaking' : ''}`}
      data-testid={`tile-${self.id}`}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={drop}
      onClick={showPin}
    >
      {self.camera ? (
        <VideoView track={self.camera.track} mirrored />
      ) : (
        <Avatar name={self.name} id={self.userId} picture={self.avatarUrl} />
      )}
      <span class="tile-label">
        {self.companion && (
          <span class="tile-mark-plain" title={texts.hosting.person.secondScreen}>
            <Icon of={MonitorSmartphone} size={14} />
            <span class="visually-hidden">{texts.hosting.person.secondScreen}</span>
          </span>
        )}
        <span class="tile-name">{texts.meeting.you}</span>
      </span>
      <div class="tile-tools">
        <button
          type="button"
          class="tile-tool tile-pin"
          aria-label={texts.meeting.moveSelf}
          title={texts.meeting.moveSelf}
          onClick={() =>
            setCorner(CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? 'bottom-right')
          }
          onPointerDown={(event) => event.stopPropagation()}
        >
          <Icon of={Move} size={16} />
        </button>
      </div>
    </div>
  );
}
