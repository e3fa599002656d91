import type { ComponentChildren } from 'preact';
import type { PersonView, PresenceStatus } from '../../../protocol/people.ts';
import { Avatar } from '../components/Avatar.tsx';
import { StatusDot } from '../components/StatusDot.tsx';

interface PersonLineProps {
  person: PersonView;
  /** What is said of them, below the name. */
  detail?: string;
  status?: PresenceStatus | null;
  /** What can be done. */
  children?: ComponentChildren;
}

/** Somebody in a list. */
export function PersonLine({ person, detail = '', status = null, children }: PersonLineProps) {
  return (
    <li class="person-line" data-testid={`contact-${person.id}`}>
      <span class="avatar-with-status">
        <Avatar name={person.name} id={person.id} picture={person.avatarUrl} />
        {status && <StatusDot status={status} />}
      </span>
      <span class="person-line-text">
        <strong>{person.name}</strong>
        {detail !== '' && <span class="muted small">{detail}</span>}
      </span>
      <span class="person-line-actions">{children}</span>
    </li>
  );
}
