import {
  Check as CheckMark,
  Mic,
  MicOff,
  ShieldCheck,
  MessageSquareText,
  UserX,
  Video,
  VideoOff,
  X,
  type IconNode,
} from 'lucide';
import type { HostingTexts } from '../../i18n/hostingTexts.ts';
import type { WaitingPerson } from '../../state/hostModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { Menu, type MenuItem } from '../components/Menu.tsx';
import { useTexts } from '../context.ts';
import { useBusy } from '../useBusy.ts';
import type { Asking } from './ask.ts';

const MINUTE_MS = 60_000;

interface WaitingRowProps extends Asking {
  person: WaitingPerson;
  /** In the queue, from 1. */
  position: number;
  now: number;
  /** Null where there is nobody else to choose. */
  chosen: boolean | null;
  onChoose: (chosen: boolean) => void;
  /** Told with the row's place in the list before it may go. */
  onDecide: (at: number) => void;
}

/** One person who waits: who, for how long, with what, and the decision. */
export function WaitingRow({ meeting, onAsk, person, position, now, ...rest }: WaitingRowProps) {
  const texts = useTexts();
  const words = texts.hosting.waiting;
  const [busy, run] = useBusy();
  const { id, name } = person;
  const minutes = Math.max(0, Math.floor((now - person.since) / MINUTE_MS));
  const decide = (work: () => Promise<void>): void => {
    rest.onDecide(position - 1);
    run(work);
  };
  return (
    <li class="person waiting-row" aria-busy={busy} data-testid={`waiting-${id}`}>
      {rest.chosen !== null && (
        <label class="pick">
          <input
            type="checkbox"
            aria-label={words.select(name)}
            checked={rest.chosen}
            onChange={(event) => rest.onChoose(event.currentTarget.checked)}
          />
        </label>
      )}
      <Avatar name={name} id={person.userId} picture={person.avatarUrl} />
      <span class="person-name">
        <span class="waiting-name" title={name}>
          <span class="muted">{position}.</span> {name}
        </span>
        <span class="muted small waiting-detail">
          {person.reconnecting
            ? texts.meeting.reconnectingOf
            : `${person.guest ? texts.meeting.roles.guest : words.member} · ${texts.time.waited(minutes)}`}
          <Devices person={person} />
        </span>
      </span>
      <button
        type="button"
        class="icon-button waiting-admit"
        aria-label={words.admitOf(name)}
        title={words.admit}
        aria-disabled={busy}
        onClick={() => decide(() => meeting.host.admit([id]))}
      >
        <Icon of={CheckMark} />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={words.denyOf(name)}
        title={words.deny}
        aria-disabled={busy}
        onClick={() => decide(() => meeting.host.deny([id]))}
      >
        <Icon of={X} />
      </button>
      <Menu
        label={words.moreOf(name)}
        items={moreItems(words, { meeting, onAsk, person, decide })}
      />
    </li>
  );
}

interface MoreOf extends Asking {
  person: WaitingPerson;
  decide: (work: () => Promise<void>) => void;
}

function moreItems(
  words: HostingTexts['waiting'],
  { meeting, onAsk, person, decide }: MoreOf,
): MenuItem[] {
  const items: MenuItem[] = [
    {
      label: words.alwaysAdmit,
      icon: ShieldCheck,
      run: () => decide(() => meeting.host.admit([person.id], { always: true })),
    },
    {
      label: words.denyWithMessage,
      icon: MessageSquareText,
      run: () => onAsk({ is: 'deny', who: [person], ban: false }),
    },
  ];
  if (meeting.may('ban')) {
    items.push({
      label: words.denyAndBan,
      icon: UserX,
      danger: true,
      run: () => onAsk({ is: 'deny', who: [person], ban: true }),
    });
  }
  return items;
}

/** What they would come in with, once they have told. */
function Devices({ person: { devices } }: { person: WaitingPerson }) {
  const texts = useTexts();
  if (!devices) return null;
  const { audio, video } = devices;
  return (
    <>
      <Device
        icon={audio ? Mic : MicOff}
        label={audio ? texts.hosting.waiting.microphoneOn : texts.meeting.microphoneOffOf}
      />
      <Device
        icon={video ? Video : VideoOff}
        label={video ? texts.hosting.waiting.cameraOn : texts.hosting.waiting.cameraOff}
      />
    </>
  );
}

function Device({ icon, label }: { icon: IconNode; label: string }) {
  return (
    <span class="waiting-device" title={label}>
      <Icon of={icon} size={14} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}
