import { MonitorUp } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import type { Question } from '../hosting/ask.ts';
import { compose, itemOfPerson, type ViewMode } from './composition.ts';
import { InviteCard } from './InviteCard.tsx';
import { arrange, besideCard, gridLayout, seats } from './layout.ts';
import { Pager } from './Pager.tsx';
import { SelfView } from './SelfView.tsx';
import { SharedScreen } from './SharedScreen.tsx';
import { Tile } from './Tile.tsx';
import { useArea } from './useArea.ts';
import { useViews } from './useViews.ts';

/** Up to so many people oneself is a tile like the others. */
const SELF_IN_GRID_UP_TO = 4;

interface StageProps {
  meeting: MeetingModel;
  mode: ViewMode;
  /** Key of what is kept large. */
  pinned: string | null;
  onPin: (key: string | null) => void;
  onAsk: (question: Question) => void;
}

/** Everybody's picture, arranged in the space there is. */
export function Stage({ meeting, mode, pinned, onPin, onAsk }: StageProps) {
  const texts = useTexts().meeting;
  const { element, area: whole } = useArea();
  const [page, setPage] = useState(0);
  const order = useRef<string[]>([]);
  const people = meeting.people.value;
  const speaker = meeting.speaker.value;
  const { main, rest, self } = compose(people, meeting.shares.value, { mode, pinned, speaker });
  const alone = people.length <= 1;
  const selfInGrid = self !== null && !main && people.length <= SELF_IN_GRID_UP_TO;
  const items = selfInGrid ? [itemOfPerson(self), ...rest] : rest;

  const area = alone && !main ? besideCard(whole) : whole;
  const withSelf = main !== null && self !== null;
  const { size, focus, space } = seats(items.length, area, { focusing: main !== null, withSelf });
  const pages = Math.max(1, Math.ceil(items.length / size));
  const current = Math.min(page, pages - 1);
  // Before the stage is measured nobody is in sight, and nobody must give way to a speaker.
  if (area.width > 0) {
    const keys = items.map(({ key }) => key);
    order.current = arrange(order.current, keys, size, current === 0 ? speaker : null);
  }
  const keysShown = order.current.slice(current * size, (current + 1) * size);
  const shown = keysShown.flatMap((wanted) => items.filter(({ key }) => key === wanted));
  const boxes = focus ? focus.strip : gridLayout(shown.length, space);
  const selfInStrip = withSelf && boxes.length > shown.length ? [itemOfPerson(self)] : [];
  const placed = [...shown, ...selfInStrip].flatMap((item, index) => {
    const box = boxes[index];
    return box ? [{ item, box }] : [];
  });
  if (main && focus) placed.unshift({ item: main, box: focus.main });

  useViews(
    meeting,
    placed.map(({ item, box }) => ({
      video: item.is === 'person' ? item.person.camera : item.share.video,
      box,
    })),
  );

  return (
    <div class="stage" ref={element} data-testid="meeting-stage">
      {whole.width > 0 && (
        <ul class="tiles" aria-label={texts.stage}>
          {placed.map(({ item, box }) => {
            const { key } = item;
            const pin = { pinned: pinned === key, onPin: () => onPin(pinned === key ? null : key) };
            return item.is === 'person' ? (
              <Tile
                key={key}
                meeting={meeting}
                onAsk={onAsk}
                person={item.person}
                box={box}
                {...pin}
              />
            ) : (
              <SharedScreen key={key} share={item.share} box={box} {...pin} />
            );
          })}
        </ul>
      )}
      {meeting.screen.on.value && !alone && (
        <p class="sharing-note" role="status">
          <Icon of={MonitorUp} size={16} />
          {texts.sharing}
        </p>
      )}
      {self && !selfInGrid && selfInStrip.length === 0 && (
        <SelfView meeting={meeting} self={self} />
      )}
      {alone && <InviteCard meeting={meeting} />}
      {pages > 1 && (
        <Pager
          current={current}
          pages={pages}
          place={focus ? focus.side : { x: 0, width: whole.width }}
          onTurn={setPage}
        />
      )}
    </div>
  );
}
