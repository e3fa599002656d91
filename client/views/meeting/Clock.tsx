import { clockTime } from '../clockTime.ts';
import { useTexts } from '../context.ts';
import { useNow } from '../useNow.ts';

const SECOND_MS = 1_000;

/** How long the meeting has been going on. */
export function Clock({ startedAt }: { startedAt: number }) {
  const texts = useTexts();
  const now = useNow(SECOND_MS);
  const seconds = Math.max(0, Math.floor((now - startedAt) / SECOND_MS));
  return (
    <time class="clock" title={texts.meeting.timer} dateTime={`PT${seconds}S`}>
      {clockTime(seconds)}
    </time>
  );
}
