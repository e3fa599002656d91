import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { Texts } from '../../i18n/texts.ts';
import type { MeetingModel } from '../../state/models.ts';
import type { Notice } from '../../state/noticeModels.ts';
import { Icon } from '../components/Icon.tsx';
import { playChime } from '../chime.ts';
import { failureText, useApp, useTexts } from '../context.ts';

/** Messages that come and go, read out as they come. */
export function Notices({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts();
  const { preferences } = useApp();
  const notices = meeting.notices.value;
  const heard = useRef(0);
  useEffect(() => {
    const latest = notices.at(-1);
    if (!latest || latest.key <= heard.current) return;
    heard.current = latest.key;
    if (preferences.sounds.value) playChime(latest.kind);
  }, [notices]);
  return (
    <ul class="notices" aria-live="polite">
      {notices.map((notice) => (
        <li key={notice.key} class="notice">
          <span>{noticeText(texts, notice)}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={texts.app.close}
            onClick={() => meeting.dismissNotice(notice.key)}
          >
            <Icon of={X} size={16} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function noticeText(texts: Texts, { kind, names, count, failure }: Notice): string {
  // Before the door that code is about an invitation; in the meeting it is about a right.
  if (failure?.code === 'FORBIDDEN') return texts.meeting.notAllowed;
  if (failure) return failureText(texts, failure).join('. ');
  return texts.notices[kind](names, count);
}

/** Places across the width, so that reactions that come together do not cover each other. */
const LANES = 7;

/** Reactions floating up. */
export function Reactions({ meeting }: { meeting: MeetingModel }) {
  const texts = useTexts().meeting;
  return (
    <div class="reactions" data-testid="reaction-layer" aria-live="polite">
      {meeting.reactions.value.map(({ key, reaction, name }) => (
        <span key={key} class="reaction" style={{ '--lane': key % LANES }}>
          <span aria-hidden="true">{reaction}</span>
          <span class="reaction-name" aria-hidden="true">
            {name}
          </span>
          <span class="visually-hidden">{texts.reacted(name, texts.reactions[reaction])}</span>
        </span>
      ))}
    </div>
  );
}
