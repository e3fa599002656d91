import { useEffect, useState } from 'preact/hooks';
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
      {format(seconds)}
    </time>
  );
}

function format(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
