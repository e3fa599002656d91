import { Film, CalendarPlus, Radio, ServerCog, Video } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../../state/models.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { Shell } from '../components/Shell.tsx';
import { toFailure, useApp, useTexts } from '../context.ts';
import { followLink, navigate } from '../router.ts';
import { JoinByCode } from './AuthPage.tsx';
import { MeetingRow } from './MeetingRow.tsx';
import { MeetingDialog } from './MeetingDialog.tsx';

/** One's own meetings, and the ways into one. */
export function HomePage() {
  const texts = useTexts();
  const { session } = useApp();
  const [scheduling, setScheduling] = useState(false);
  return (
    <Shell title={texts.home.title}>
      <div class="home">
        <section class="home-start">
          <h1>{texts.home.newMeeting}</h1>
          <StartNow
            userName={session.user.value?.name ?? ''}
            onSchedule={() => setScheduling(true)}
          />
          <h2>{texts.home.joinByCode}</h2>
          <JoinByCode />
          <a class="button home-server" href="/live" onClick={followLink}>
            <Icon of={Radio} />
            {texts.live.title}
          </a>
          <a class="button home-server" href="/recordings" onClick={followLink}>
            <Icon of={Film} />
            {texts.live.recordings}
          </a>
          {session.operator.value && (
            <a class="button" href="/admin" onClick={followLink}>
              <Icon of={ServerCog} />
              {texts.admin.title}
            </a>
          )}
        </section>
        <MeetingList />
      </div>
      {scheduling && <MeetingDialog onClose={() => setScheduling(false)} />}
    </Shell>
  );
}

function StartNow({ userName, onSchedule }: { userName: string; onSchedule: () => void }) {
  const texts = useTexts();
  const { home } = useApp();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function start(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      const meeting = await home.create({ title: texts.home.instantTitle(userName) });
      navigate(`/m/${meeting.code}`);
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  }

  return (
    <>
      <div class="start-buttons">
        <button
          type="button"
          class="button primary large"
          disabled={busy}
          aria-busy={busy}
          onClick={() => void start()}
        >
          <Icon of={Video} />
          {texts.home.instant}
        </button>
        <button type="button" class="button large" onClick={onSchedule}>
          <Icon of={CalendarPlus} />
          {texts.home.schedule}
        </button>
      </div>
      {failure && <FailureNote failure={failure} />}
    </>
  );
}

function MeetingList() {
  const texts = useTexts();
  const { home } = useApp();
  const meetings = home.meetings.value;
  useEffect(() => void home.load(), []);
  return (
    <section class="home-list" aria-busy={meetings.is === 'loading'}>
      <h2>{texts.home.title}</h2>
      {meetings.is === 'loading' && (
        <div class="skeletons" role="status" aria-label={texts.app.loading}>
          <span />
          <span />
          <span />
        </div>
      )}
      {meetings.is === 'failed' && (
        <FailureNote failure={meetings.failure}>
          <button type="button" class="button" onClick={() => void home.load()}>
            {texts.app.retry}
          </button>
        </FailureNote>
      )}
      {meetings.is === 'ready' && meetings.value.length === 0 && (
        <div class="empty">
          <strong>{texts.home.empty}</strong>
          <span class="muted">{texts.home.emptyHint}</span>
        </div>
      )}
      {meetings.is === 'ready' && meetings.value.length > 0 && (
        <ul class="meeting-list">
          {meetings.value.map((meeting) => (
            <MeetingRow key={meeting.id} meeting={meeting} />
          ))}
        </ul>
      )}
      {home.hasMore.value && (
        <button type="button" class="button" onClick={() => void home.loadMore()}>
          {texts.home.more}
        </button>
      )}
    </section>
  );
}
