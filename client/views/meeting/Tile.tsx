import { Hand, MicOff, Pin, PinOff } from 'lucide';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useTexts } from '../context.ts';
import type { Box } from './layout.ts';
import { QualityBars } from './QualityBars.tsx';

const FIRST_FRAME_MARK = 'parley:first-frame';

interface TileProps {
  meeting: MeetingModel;
  person: Person;
  box: Box;
  pinned: boolean;
  onPin: () => void;
}

/** One person: their picture or initials, their name and what is to be known of them. */
export function Tile({ meeting, person, box, pinned, onPin }: TileProps) {
  const texts = useTexts();
  const speaking = meeting.speaking.value.has(person.id) && person.microphoneOn;
  const name = person.isSelf ? texts.meeting.youAre(person.name) : person.name;
  const pinLabel = pinned ? texts.meeting.unpin(person.name) : texts.meeting.pin(person.name);
  const classes = ['tile', speaking && 'speaking', person.reconnecting && 'away'].filter(Boolean);
  return (
    <li class={classes.join(' ')} style={place(box)} data-testid={`tile-${person.id}`}>
      {person.camera ? (
        <VideoView
          track={person.camera.track}
          mirrored={person.isSelf}
          {...(!person.isSelf && { onFirstFrame: markFirstFrame })}
        />
      ) : (
        <Avatar name={person.name} id={person.userId} />
      )}
      <div class="tile-label">
        {!person.microphoneOn && (
          <span class="tile-mark" title={texts.meeting.microphoneOffOf}>
            <Icon of={MicOff} size={14} />
            <span class="visually-hidden">{texts.meeting.microphoneOffOf}</span>
          </span>
        )}
        <span class="tile-name">{name}</span>
        <QualityBars meeting={meeting} person={person} />
      </div>
      {person.handRaisedAt !== null && (
        <span class="tile-hand" title={texts.meeting.handUp}>
          <Icon of={Hand} size={18} />
          <span class="visually-hidden">{texts.meeting.handUp}</span>
        </span>
      )}
      {person.reconnecting && <span class="tile-away">{texts.meeting.reconnectingOf}</span>}
      <button
        type="button"
        class="icon-button tile-pin"
        aria-label={pinLabel}
        title={pinLabel}
        aria-pressed={pinned}
        onClick={onPin}
      >
        <Icon of={pinned ? PinOff : Pin} size={18} />
      </button>
    </li>
  );
}

export function place({ x, y, width, height }: Box) {
  return {
    transform: `translate(${x}px, ${y}px)`,
    width: `${width}px`,
    height: `${height}px`,
    '--tile-side': `${Math.min(width, height)}px`,
  };
}

/** For the benchmark of joining; only the first one counts. */
function markFirstFrame(): void {
  if (performance.getEntriesByName(FIRST_FRAME_MARK).length === 0) {
    performance.mark(FIRST_FRAME_MARK);
  }
}
