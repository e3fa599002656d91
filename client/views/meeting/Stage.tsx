import { ChevronLeft, ChevronRight } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import type { MeetingModel, Person, ScreenShare } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { useTexts } from '../context.ts';
import { InviteCard } from './InviteCard.tsx';
import { arrange, focusLayout, gridLayout, pageSize, type Box } from './layout.ts';
import { SelfView } from './SelfView.tsx';
import { place, Tile } from './Tile.tsx';
import { useArea } from './useArea.ts';
import { useViews } from './useViews.ts';

/** Up to so many people oneself is a tile like the others. */
const SELF_IN_GRID_UP_TO = 4;

export type ViewMode = 'grid' | 'speaker';

interface StageProps {
  meeting: MeetingModel;
  mode: ViewMode;
  pinned: string | null;
  onPin: (id: string | null) => void;
}

interface Placed {
  person: Person;
  box: Box;
}

/** Everybody's picture, arranged in the space there is. */
export function Stage({ meeting, mode, pinned, onPin }: StageProps) {
  const texts = useTexts();
  const { element, area } = useArea();
  const [page, setPage] = useState(0);
  const order = useRef<string[]>([]);
  const people = meeting.people.value;
  const others = people.filter(({ isSelf }) => !isSelf);
  const self = people.find(({ isSelf }) => isSelf);
  const [share] = meeting.shares.value.filter(({ participantId, isSelf }) =>
    pinned === null ? !isSelf || others.length === 0 : participantId === pinned,
  );
  const speaker = meeting.speaker.value;
  const focused = share ? null : focusedPerson(people, { pinned, speaker, mode });
  const focusing = share !== undefined || focused !== null;
  const selfInGrid = people.length <= SELF_IN_GRID_UP_TO && !focusing;
  const tiles = selfInGrid ? people : others.filter(({ id }) => id !== focused?.id);

  const focus = focusing ? focusLayout(tiles.length, area) : null;
  const size = focus ? focus.strip.length : pageSize(tiles.length, area);
  const pages = Math.max(1, Math.ceil(tiles.length / Math.max(1, size)));
  const current = Math.min(page, pages - 1);
  order.current = arrange(
    order.current,
    tiles.map(({ id }) => id),
    size,
    current === 0 ? speaker : null,
  );
  const shownIds = order.current.slice(current * size, (current + 1) * size);
  const shown = shownIds.flatMap((id) => tiles.filter((person) => person.id === id));
  const boxes = focus ? focus.strip : gridLayout(shown.length, area);
  const placed: Placed[] = shown.flatMap((person, index) => {
    const box = boxes[index];
    return box ? [{ person, box }] : [];
  });

  const main = focus && focused ? [{ person: focused, box: focus.main }] : [];
  useViews(meeting, [
    ...[...main, ...placed].map(({ person, box }) => ({ video: person.camera, box })),
    ...(share && focus ? [{ video: share.video, box: focus.main }] : []),
  ]);

  return (
    <div class="stage" ref={element} data-testid="meeting-stage">
      {share && focus && <SharedScreen share={share} box={focus.main} />}
      <ul class="tiles" aria-label={texts.meeting.stage}>
        {[...main, ...placed].map(({ person, box }) => (
          <Tile
            key={person.id}
            meeting={meeting}
            person={person}
            box={box}
            pinned={pinned === person.id}
            onPin={() => onPin(pinned === person.id ? null : person.id)}
          />
        ))}
      </ul>
      {self && !selfInGrid && focused?.id !== self.id && <SelfView meeting={meeting} self={self} />}
      {others.length === 0 && <InviteCard meeting={meeting} />}
      {pages > 1 && (
        <nav class="pager">
          <button
            type="button"
            class="round-button"
            aria-label={texts.meeting.previousPage}
            disabled={current === 0}
            onClick={() => setPage(current - 1)}
          >
            <Icon of={ChevronLeft} />
          </button>
          <span aria-live="polite">{texts.meeting.page(current + 1, pages)}</span>
          <button
            type="button"
            class="round-button"
            aria-label={texts.meeting.nextPage}
            disabled={current === pages - 1}
            onClick={() => setPage(current + 1)}
          >
            <Icon of={ChevronRight} />
          </button>
        </nav>
      )}
    </div>
  );
}

/** Whom the stage shows large: whoever is pinned, or in speaker view whoever speaks. */
function focusedPerson(
  people: readonly Person[],
  { pinned, speaker, mode }: { pinned: string | null; speaker: string | null; mode: ViewMode },
): Person | null {
  const wanted = people.find(({ id }) => id === pinned);
  if (wanted) return wanted;
  if (mode !== 'speaker') return null;
  const others = people.filter(({ isSelf }) => !isSelf);
  return others.find(({ id }) => id === speaker) ?? others[0] ?? null;
}

function SharedScreen({ share, box }: { share: ScreenShare; box: Box }) {
  const texts = useTexts();
  const text = share.isSelf ? texts.meeting.sharing : texts.meeting.sharedBy(share.name);
  return (
    <figure class="shared" style={place(box)} data-testid={`share-${share.participantId}`}>
      {share.video ? (
        <VideoView track={share.video.track} contain />
      ) : (
        <span class="spinner" role="status" aria-label={texts.app.loading} />
      )}
      <figcaption>{text}</figcaption>
    </figure>
  );
}
