import { useComputed } from '@preact/signals';
import type { MeetingModel, Person, Quality } from '../../state/models.ts';
import { useTexts } from '../context.ts';

const BARS = [1, 2, 3, 4] as const;
/** A good connection needs no mark. */
const SHOWN_UP_TO = 2;

/** How good somebody's connection is, where it is not good. */
export function QualityBars({
  meeting,
  person,
  always = false,
}: {
  meeting: MeetingModel;
  person: Person;
  always?: boolean;
}) {
  const texts = useTexts();
  const { id } = person;
  const quality = useComputed(() => meeting.qualities.value.get(id)).value;
  if (!quality || (!always && quality.bars > SHOWN_UP_TO)) return null;
  const side = sideOf(quality);
  const text = texts.meeting.qualityOf(
    person.name,
    texts.meeting.quality[quality.bars],
    side && quality.bars <= SHOWN_UP_TO ? texts.meeting[side] : null,
  );
  return (
    <svg class={`quality quality-${quality.bars}`} viewBox="0 0 16 12" role="img" aria-label={text}>
      <title>{text}</title>
      {BARS.map((bar) => (
        <rect
          key={bar}
          class={bar <= quality.bars ? 'bar-on' : 'bar-off'}
          x={(bar - 1) * 4}
          y={9 - bar * 2.25}
          width={3}
          height={3 + bar * 2.25}
          rx={1}
        />
      ))}
    </svg>
  );
}

function sideOf({ direction }: Quality): 'sending' | 'receiving' | null {
  if (direction === 'both') return null;
  return direction === 'up' ? 'sending' : 'receiving';
}
