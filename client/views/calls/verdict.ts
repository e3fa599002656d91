import type { TimelineMinute } from '../../../protocol/callHistory.ts';
import type { CallsTexts } from '../../i18n/callsTexts.ts';

/** From here on people hear it: Opus conceals less (RFC 7587), and ITU-T G.114 has 150 ms for one way. */
export const LOSS_HEARD = 0.03;
export const RTT_FELT_MS = 300;

/** Why the sound was bad, in sentences; one, if it was good. */
export function verdictOf(
  texts: Pick<CallsTexts, 'verdicts'>,
  timeline: readonly TimelineMinute[],
): string[] {
  const { verdicts } = texts;
  const lossy = timeline.filter(({ loss }) => loss >= LOSS_HEARD);
  const late = timeline.filter(({ rttMs }) => rttMs !== null && rttMs >= RTT_FELT_MS);
  const freezes = timeline.reduce((sum, minute) => sum + minute.freezes, 0);
  const lines: string[] = [];
  if (lossy.length > 0) {
    const worst = Math.max(...lossy.map(({ loss }) => loss));
    lines.push(verdicts.loss(minutesIn(lossy), Math.round(worst * 100)));
  }
  if (late.length > 0) {
    const worst = Math.max(...late.map(({ rttMs }) => rttMs ?? 0));
    lines.push(verdicts.delay(minutesIn(late), Math.round(worst)));
  }
  if (freezes > 0) lines.push(verdicts.freezes(freezes));
  return lines.length > 0 ? lines : [verdicts.good];
}

/** How many minutes these make together, parts of minutes among them; one at least. */
export function minutesIn(timeline: readonly TimelineMinute[]): number {
  const seconds = timeline.reduce((sum, minute) => sum + minute.seconds, 0);
  return Math.max(1, Math.round(seconds / 60));
}
