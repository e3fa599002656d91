import { useMemo } from 'preact/hooks';
import type { LiveHealth } from '../../../protocol/live.ts';
import type { OwnRoomsModel } from '../../state/live/liveModels.ts';
import { useLiveTexts } from './useLiveTexts.ts';
import { useTexts } from '../context.ts';
import { usePolling } from '../usePolling.ts';

const LOOK_EVERY_MS = 3_000;
const SECOND_MS = 1_000;
/** Less than this is slower than time passes, and no rounding. */
const FAST_ENOUGH = 0.97;

/** How the broadcast is going, as of now. */
export function HealthFigures({ rooms, roomId }: { rooms: OwnRoomsModel; roomId: string }) {
  const { own } = useLiveTexts();
  const model = useMemo(() => rooms.createHealth(roomId), [rooms, roomId]);
  usePolling(model.refresh, LOOK_EVERY_MS);
  const health = model.health.value;
  return (
    <section class="live-health" aria-label={own.health} data-testid="live-health">
      <h3>{own.health}</h3>
      {health ? <Figures health={health} /> : <p class="muted small">{own.healthAway}</p>}
      {health && model.failure.value && <p class="muted small">{own.healthAway}</p>}
    </section>
  );
}

function Figures({ health }: { health: LiveHealth }) {
  const { own } = useLiveTexts();
  const { locale } = useTexts();
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const seconds = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const { state, speed, droppedFrames, delayMs, restarts, listeners, error, renditions } = health;
  const isBehind = state === 'running' && speed < FAST_ENOUGH;
  const delay = delayMs === null ? '–' : own.seconds(seconds.format(delayMs / SECOND_MS));
  const figures: readonly (readonly [string, string | number])[] = [
    [own.listeners, listeners],
    [own.delay, delay],
    [own.speed, `${decimal.format(speed)}×`],
    [own.dropped, droppedFrames],
    [own.restarts, restarts],
    [own.mixer, own.healthStates[state]],
  ];
  return (
    <>
      <dl class="live-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {renditions.length > 0 && <p class="muted small">{renditions.join(' · ')}</p>}
      {isBehind && <p class="note note-warning small">{own.behind}</p>}
      {error !== null && <p class="note note-warning small">{error}</p>}
    </>
  );
}
