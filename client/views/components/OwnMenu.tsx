import { Circle, CircleMinus, Clock, UserRound } from 'lucide';
import type { ChosenStatus } from '../../../protocol/people.ts';
import { useApp, useTexts } from '../context.ts';
import { Avatar } from './Avatar.tsx';
import { Menu } from './Menu.tsx';
import { StatusDot } from './StatusDot.tsx';

const CHOICES = [
  { choice: 'online', icon: Circle },
  { choice: 'away', icon: Clock },
  { choice: 'busy', icon: CircleMinus },
] as const satisfies readonly { choice: ChosenStatus; icon: unknown }[];

/** Oneself: how one is shown to contacts, and one's profile. Guests have a name only. */
export function OwnMenu({ name, onProfile }: { name: string; onProfile: () => void }) {
  const texts = useTexts().people;
  const { session, talk } = useApp();
  const own = talk.value?.people.own;
  const user = session.user.value;
  const status = own?.status.value;
  if (!own || !user) return <span class="top-bar-name">{name}</span>;
  const shown = status?.status ?? 'offline';
  return (
    <Menu
      label={texts.ownMenu(name, texts.statuses[shown])}
      class="own-menu"
      testId="own-menu"
      items={[
        ...CHOICES.map(({ choice, icon }) => ({
          label: texts.choices[choice],
          icon,
          pressed: status?.chosen === choice,
          // Where it fails the menu goes on showing what is true.
          run: () => void own.choose(choice).catch(() => undefined),
        })),
        { label: texts.ownProfile, icon: UserRound, run: onProfile },
      ]}
    >
      <span class="avatar-with-status">
        <Avatar name={name} id={user.id} />
        <StatusDot status={shown} />
      </span>
      <span class="top-bar-name">{name}</span>
    </Menu>
  );
}
