import { effect } from '@preact/signals';
import { Component, type ComponentChildren } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import type { AppModel, Failure } from '../state/models.ts';
import { FailureNote } from './components/FailureNote.tsx';
import { Shell } from './components/Shell.tsx';
import { ChatNotices } from './chat/ChatNotices.tsx';
import { AppContext, hasAccount, useApp, useTexts } from './context.ts';
import { AuthPage } from './pages/AuthPage.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { LobbyPage } from './pages/LobbyPage.tsx';
import { NotFoundPage } from './pages/NotFoundPage.tsx';
import { OverPage } from './pages/OverPage.tsx';
import { path } from './router.ts';
import { useLoaded } from './useLoaded.ts';

/** Loaded while the lobby is looked at: most visits to the other pages never need it. */
const MeetingPage = lazy(async () => (await import('./meeting/MeetingPage.tsx')).MeetingPage);

/** For the few who run the server. */
const AdminPage = lazy(async () => (await import('./admin/AdminPage.tsx')).AdminPage);

/** What most visits of a meeting never need. */
const ChatPage = lazy(async () => (await import('./chat/ChatPage.tsx')).ChatPage);
const PeoplePage = lazy(async () => (await import('./people/PeoplePage.tsx')).PeoplePage);
const CallsPage = lazy(async () => (await import('./calls/CallsPage.tsx')).CallsPage);
/** Whoever listens loads nothing of meetings, and the other way round. */
const LivePage = lazy(async () => (await import('./live/LivePage.tsx')).LivePage);
const LiveRoomsPage = lazy(async () => (await import('./live/LiveRoomsPage.tsx')).LiveRoomsPage);
const RecordingsPage = lazy(
  async () => (await import('./recordings/RecordingsPage.tsx')).RecordingsPage,
);
const SharedRecordingPage = lazy(
  async () => (await import('./recordings/SharedRecordingPage.tsx')).SharedRecordingPage,
);
/** With the first call. */
const CallLayer = lazy(async () => (await import('./calls/CallLayer.tsx')).CallLayer);
const SECTIONS: Readonly<Record<string, typeof ChatPage>> = {
  chat: ChatPage,
  people: PeoplePage,
  calls: CallsPage,
  live: LiveRoomsPage,
  recordings: RecordingsPage,
};

export function App({ app }: { app: AppModel }) {
  return (
    <AppContext.Provider value={app}>
      <Appearance />
      <CrashBoundary>
        <Call />
      </CrashBoundary>
      <CrashBoundary>
        <Page />
        <TalkNotices />
      </CrashBoundary>
    </AppContext.Provider>
  );
}

/** Rings over whatever page there is; made small, it is above that. */
function Call() {
  const calls = useApp().talk.value?.calls;
  const current = calls?.current.value;
  if (!calls || !current) return null;
  return (
    <Suspense fallback={null}>
      <CallLayer calls={calls} current={current} />
    </Suspense>
  );
}

function Page() {
  const { session } = useApp();
  const [, first = '', second = ''] = path.value.split('/');
  if (first === 'm' && second !== '') return <Meeting key={second} reference={second} />;
  if (first === 'live' && second !== '') return <LiveRoom key={second} roomId={second} />;
  if (first === 'recordings' && second === 'shared') {
    return (
      <Suspense fallback={<Loading />}>
        <SharedRecordingPage />
      </Suspense>
    );
  }
  if (session.restoring.value) return <Loading />;
  if (session.restoreFailure.value) return <Away failure={session.restoreFailure.value} />;
  if (first === 'sign-in') return <AuthPage key="in" mode="sign-in" />;
  if (first === 'sign-up') return <AuthPage key="up" mode="sign-up" />;
  if (first === 'admin' && second === '' && session.operator.value) {
    return (
      <Suspense fallback={<Loading />}>
        <AdminPage />
      </Suspense>
    );
  }
  const Section = Object.hasOwn(SECTIONS, first) ? SECTIONS[first] : undefined;
  if (Section && hasAccount(session.user.value)) {
    return (
      <Suspense fallback={<Loading />}>
        <Section />
      </Suspense>
    );
  }
  // Whoever is nobody yet may become one who may.
  if ((first === 'admin' || Section) && !hasAccount(session.user.value))
    return <AuthPage key="in" mode="sign-in" />;
  if (first !== '') return <NotFoundPage />;
  // Guests have a meeting, and no home.
  return hasAccount(session.user.value) ? <HomePage /> : <AuthPage key="in" mode="sign-in" />;
}

/** A meeting from its lobby to its end, at one address. */
function Meeting({ reference }: { reference: string }) {
  const app = useApp();
  const lobby = useMemo(() => app.createLobby(decodeURIComponent(reference)), [reference]);
  useEffect(() => () => app.closeLobby(lobby), [lobby]);
  const meeting = app.meeting.value;
  const phase = meeting?.phase.value;
  if (!meeting || !phase) return <LobbyPage lobby={lobby} />;
  if (phase.is === 'over') return <OverPage phase={phase} />;
  return (
    <Suspense fallback={<Loading />}>
      <MeetingPage meeting={meeting} />
    </Suspense>
  );
}

/** A live room as those who listen see it: nobody has to be anybody for it. */
function LiveRoom({ roomId }: { roomId: string }) {
  const app = useApp();
  const listening = useLoaded(
    () => app.listen(decodeURIComponent(roomId)),
    (left) => left.close(),
  );
  // Both come at the same time.
  useEffect(() => void import('./live/LivePage.tsx'), []);
  if (!listening) return <Loading />;
  return (
    <Suspense fallback={<Loading />}>
      <LivePage listening={listening} />
    </Suspense>
  );
}

/** Signed in, as far as this browser knows, and the server cannot be asked. */
function Away({ failure }: { failure: Failure }) {
  const texts = useTexts();
  const { session } = useApp();
  return (
    <Shell>
      <section class="message-page">
        <FailureNote failure={failure} />
        <button type="button" class="button primary" onClick={() => void session.restore()}>
          {texts.app.retry}
        </button>
      </section>
    </Shell>
  );
}

function Loading() {
  const texts = useTexts();
  return (
    <div class="page-loading" role="status">
      <span class="spinner" />
      {texts.app.loading}
    </div>
  );
}

/** What is told over any page. */
function TalkNotices() {
  const { talk } = useApp();
  const chat = talk.value?.chat;
  if (!chat) return null;
  const isShown = (roomId: string): boolean => path.value === `/chat/${roomId}`;
  return <ChatNotices incoming={chat.incoming} isShown={isShown} />;
}

/** Theme and language belong to the document, not to a component. */
function Appearance() {
  const { preferences } = useApp();
  // With the change itself, not after the next frame: texts and their language go together.
  useLayoutEffect(
    () =>
      effect(() => {
        const root = document.documentElement;
        root.lang = preferences.language.value;
        root.dataset['theme'] = preferences.theme.value;
      }),
    [preferences],
  );
  return null;
}

/** A view that throws takes neither the page nor the meeting with it. */
class CrashBoundary extends Component<{ children: ComponentChildren }, { crashed: boolean }> {
  override state = { crashed: false };

  static override getDerivedStateFromError() {
    return { crashed: true };
  }

  override componentDidCatch(error: unknown) {
    reportError(error);
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const texts = useTexts();
  return (
    <Shell title={texts.app.crashed}>
      <section class="message-page" role="alert" data-testid="crashed">
        <h1>{texts.app.crashed}</h1>
        <p class="muted">{texts.app.crashedHint}</p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          {texts.app.reload}
        </button>
      </section>
    </Shell>
  );
}
