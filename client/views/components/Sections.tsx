import { MessageSquare, Phone, Users, Video } from 'lucide';
import type { ReadonlySignal } from '@preact/signals';
import { hasAccount, useApp, useTexts } from '../context.ts';
import { followLink, path } from '../router.ts';
import { Icon } from './Icon.tsx';

/** The parts of the app, for those who have an account: beside the name, on phones at the lower edge. */
export function Sections() {
  const texts = useTexts();
  const { session, talk } = useApp();
  if (!hasAccount(session.user.value)) return null;
  const { chat, people, calls } = talk.value ?? {};
  const sections = [
    { to: '/', of: Video, title: texts.app.meetings, unseen: undefined },
    { to: '/chat', of: MessageSquare, title: texts.chat.title, unseen: chat?.unseen },
    { to: '/people', of: Users, title: texts.people.title, unseen: people?.unseen },
    { to: '/calls', of: Phone, title: texts.calls.title, unseen: calls?.unseen },
  ];
  return (
    <nav class="sections" aria-label={texts.app.sections}>
      {sections.map(({ to, of, title, unseen }) => (
        <a
          key={to}
          class="section-link"
          href={to}
          aria-current={isAt(to) ? 'page' : undefined}
          onClick={followLink}
        >
          <Icon of={of} />
          <span>{title}</span>
          {unseen && <Badge count={unseen} />}
        </a>
      ))}
    </nav>
  );
}

function Badge({ count }: { count: ReadonlySignal<number> }) {
  const texts = useTexts();
  if (count.value === 0) return null;
  return (
    <span class="section-badge">
      <span aria-hidden="true">{count.value > 99 ? '99+' : count.value}</span>
      <span class="visually-hidden">{texts.app.unseen(count.value)}</span>
    </span>
  );
}

function isAt(section: string): boolean {
  return section === '/' ? path.value === '/' : `${path.value}/`.startsWith(`${section}/`);
}
