import { useComputed } from '@preact/signals';
import { Hand, MicOff, MonitorSmartphone } from 'lucide';
import type { MeetingModel, Person } from '../../state/models.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useTexts } from '../context.ts';
import type { Asking } from '../hosting/ask.ts';
import { PersonMenu } from '../hosting/PersonMenu.tsx';
import type { Box } from './layout.ts';
import { PinButton, showPin } from './PinButton.tsx';
import { QualityBars } from './QualityBars.tsx';

/** Lower tiles have no room for marks of the usual size. */
export const SMALL_BELOW = 150;
const FIRST_FRAME_MARK = 'parley:first-frame';

interface TileProps extends Asking {
  person: Person;
  box: Box;
  pinned: boolean;
  onPin: () => void;
}

/** One person: their picture or initials, their name and what is to be known of them. */
export function Tile({ meeting, onAsk, person, box, pinned, onPin }: TileProps) {
  const { meeting: texts, hosting } = useTexts();
  const speaking = useSpeaking(meeting, person);
  const name = person.isSelf ? texts.youAre(person.name) : person.name;
  const classes = [
    'tile',
    box.height < SMALL_BELOW && 'tile-small',
    speaking && 'speaking',
    person.reconnecting && 'away',
  ].filter(Boolean);
  return (
    <li
      class={classes.join(' ')}
      style={place(box)}
      data-testid={`tile-${person.id}`}
      onClick={showPin}
    >
      {person.camera ? (
        <VideoView
          track={person.camera.track}
          mirrored={person.isSelf}
          {...(!person.isSelf && { onFirstFrame: markFirstFrame })}
        />
      ) : (
        <Avatar name={person.name} id={person.userId} picture={person.avatarUrl} />
      )}
      <div class="tile-label">
        {person.companion && (
          <span class="tile-mark-plain" title={hosting.person.secondScreen}>
            <Icon of={MonitorSmartphone} size={14} />
            <span class="visually-hidden">{hosting.person.secondScreen}</span>
          </span>
        )}
        {!person.microphoneOn && !person.companion && (
          <span class="tile-mark" title={texts.microphoneOffOf}>
            <Icon of={MicOff} size={14} />
            <span class="visually-hidden">{texts.microphoneOffOf}</span>
          </span>
        )}
        <span class="tile-name" dir="auto">
          {name}
        </span>
        <QualityBars meeting={meeting} person={person} />
      </div>
      {person.handRaisedAt !== null && (
        <span class="tile-hand" title={texts.handUp}>
          <Icon of={Hand} size={18} />
          <span class="visually-hidden">{texts.handUp}</span>
        </span>
      )}
      {person.reconnecting && <span class="tile-away">{texts.reconnectingOf}</span>}
      <div class="tile-tools">
        {!person.isSelf && (
          <PersonMenu meeting={meeting} onAsk={onAsk} person={person} class="tile-tool" />
        )}
        <PinButton name={person.name} pinned={pinned} onPin={onPin} />
      </div>
    </li>
  );
}

/** Whether somebody is audible; draws a tile anew only when that changes for its own person. */
export function useSpeaking(meeting: MeetingModel, { id, microphoneOn }: Person): boolean {
  const speaking = useComputed(() => meeting.speaking.value.has(id));
  return speaking.value && microphoneOn;
}

/** Puts an element of the stage into its box. */
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
