import type { TimelineMinute } from '../../../protocol/callHistory.ts';
import { useTexts } from '../context.ts';
import { LOSS_HEARD, minutesIn, RTT_FELT_MS } from './verdict.ts';

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 0.2;
/** So that a short call is not one broad bar. */
const FEWEST_MINUTES = 6;

/**
 * Bars for what was lost and a line for the delay, each to its own scale: at half the height it is
 * heard. The same is told in words above it, and of every minute by its title. A part of a minute is as
 * narrow as it was short.
 */
export function QualityChart({ timeline }: { timeline: readonly TimelineMinute[] }) {
  const texts = useTexts().calls;
  const count = Math.max(FEWEST_MINUTES, ...timeline.map(({ minute }) => minute + 1));
  const step = WIDTH / count;
  const heightOf = (share: number): number => Math.min(1, share / 2) * HEIGHT;
  const line = timeline
    .filter(({ rttMs }) => rttMs !== null)
    .flatMap(({ minute, rttMs, seconds }) => {
      const y = HEIGHT - heightOf((rttMs ?? 0) / RTT_FELT_MS);
      return [minute, minute + seconds / 60].map(
        (at) => `${(at * step).toFixed(1)},${y.toFixed(1)}`,
      );
    });
  return (
    <figure class="call-chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={texts.chart(minutesIn(timeline))}
        preserveAspectRatio="none"
      >
        <line class="chart-limit" x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        {timeline.map(({ minute, loss, rttMs, bitrate, seconds }) => {
          const height = Math.max(1, heightOf(loss / LOSS_HEARD));
          const told = {
            rtt: rttMs === null ? null : Math.round(rttMs),
            loss: Math.round(loss * 100),
            kbits: Math.round(bitrate / 1_000),
            seconds: seconds < 60 ? seconds : null,
          };
          return (
            <rect
              key={minute}
              class={loss >= LOSS_HEARD ? 'chart-loss heard' : 'chart-loss'}
              x={minute * step + (step * GAP) / 2}
              width={(step * (1 - GAP) * seconds) / 60}
              y={HEIGHT - height}
              height={height}
            >
              <title>{texts.minuteLabel(minute + 1, told)}</title>
            </rect>
          );
        })}
        <polyline class="chart-delay" points={line.join(' ')} />
      </svg>
      <figcaption class="small muted">
        <span class="chart-key loss" /> {texts.chartLoss}
        <span class="chart-key delay" /> {texts.chartDelay}
      </figcaption>
    </figure>
  );
}
