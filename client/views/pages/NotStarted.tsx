import { useEffect, useState } from 'preact/hooks';
import type { MeetingView } from '../../../protocol/meetings.ts';
import { clockTime } from '../clockTime.ts';
import { useTexts } from '../context.ts';

const SECOND_MS = 1_000;
const HOUR_SECONDS = 3_600;
/** The host may open the meeting before its time: ask again now and then. */
const ASK_EVERY_SECONDS = 15;

/** Counts down to a meeting that has not begun, and enters when it opens. */
export function NotStarted({ meeting, onOpen }: { meeting: MeetingView; onOpen: () => void }) {
  const texts = useTexts();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (seconds > 0 && seconds % ASK_EVERY_SECONDS === 0) onOpen();
  }, [seconds]);
  const startsAt = Date.parse(meeting.startsAt ?? meeting.createdAt);
  const format = new Intl.DateTimeFormat(texts.locale, { dateStyle: 'full', timeStyle: 'short' });
  const left = Math.max(0, Math.ceil((startsAt - Date.now()) / SECOND_MS));
  const time = left < HOUR_SECONDS ? clockTime(left) : texts.time.duration(Math.ceil(left / 60));
  return (
    <div class="note">
      <div class="note-text">
        <strong role="status">{texts.lobby.startsAt(format.format(new Date(startsAt)))}</strong>
        <span class="countdown">{texts.lobby.startsIn(time)}</span>
      </div>
    </div>
  );
}
