import { useEffect, useState } from 'preact/hooks';
import { clockTime } from '../clockTime.ts';
import { useTexts } from '../context.ts';

const SECOND_MS = 1_000;

/** How long the meeting has been going on. */
export function Clock({ startedAt }: { startedAt: number }) {
  const texts = useTexts();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - startedAt) / SECOND_MS));
  return (
    <time class="clock" title={texts.meeting.timer} dateTime={`PT${seconds}S`}>
      {clockTime(seconds)}
    </time>
  );
}
