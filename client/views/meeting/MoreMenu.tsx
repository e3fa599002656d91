import {
  Ellipsis,
  Keyboard,
  LayoutGrid,
  MessageSquare,
  Maximize,
  MonitorUp,
  MonitorX,
  PictureInPicture2,
  Settings,
  ShieldCheck,
  UserRound,
  Users,
  type IconNode,
} from 'lucide';
import type { MeetingModel } from '../../state/models.ts';
import { useTexts } from '../context.ts';
import { Popover, PopoverItem } from './Popover.tsx';
import type { MeetingActions } from './useMeetingActions.ts';

interface MoreMenuProps {
  meeting: MeetingModel;
  actions: MeetingActions;
}

interface Item {
  icon: IconNode;
  label: string;
  class?: string;
  run: () => void;
}

/** What is needed now and then; on a phone also what the bar has no room for. */
export function MoreMenu({ meeting, actions }: MoreMenuProps) {
  const texts = useTexts();
  const words = texts.meeting;
  const waiting = meeting.host.queue.value.length;
  const people =
    waiting > 0 ? `${words.people} (${texts.hosting.waiting.areWaiting(waiting)})` : words.people;
  const unread = meeting.chat.unread.value;
  const chat = unread > 0 ? `${texts.chat.open} (${texts.chat.unread(unread)})` : texts.chat.open;
  const sharing = meeting.screen.on.value;
  const items: (Item | false)[] = [
    { icon: Users, label: people, run: actions.togglePeople, class: 'narrow-item' },
    { icon: MessageSquare, label: chat, run: actions.toggleChat, class: 'narrow-item' },
    meeting.may('change-settings') && {
      icon: ShieldCheck,
      label: texts.hosting.tools.title,
      run: actions.toggleTools,
      class: 'narrow-item',
    },
    meeting.sharesScreens && {
      icon: sharing ? MonitorX : MonitorUp,
      label: sharing ? words.stopShare : words.share,
      run: () => {
        if (sharing || meeting.may('share-screen')) void meeting.screen.set(!sharing);
        else actions.ask({ is: 'blocked', what: 'share' });
      },
      class: 'narrow-item',
    },
    {
      icon: actions.mode === 'grid' ? UserRound : LayoutGrid,
      label: actions.mode === 'grid' ? words.speakerView : words.grid,
      run: actions.toggleMode,
    },
    {
      icon: Maximize,
      label: actions.fullScreen ? words.exitFullScreen : words.fullScreen,
      run: actions.toggleFullScreen,
    },
    document.pictureInPictureEnabled && {
      icon: PictureInPicture2,
      label: words.pictureInPicture,
      run: actions.popOut,
    },
    { icon: Keyboard, label: texts.shortcuts.title, run: actions.showHelp, class: 'wide-item' },
    { icon: Settings, label: words.settings, run: actions.showSettings },
  ];
  return (
    <Popover
      label={words.more}
      icon={Ellipsis}
      // Where the list of people and the chat are in here, so is who waits and what is new.
      alert={{ count: waiting + unread, class: 'narrow-only' }}
    >
      {(close) =>
        items
          .filter((item) => item !== false)
          .map(({ run, ...item }) => (
            <PopoverItem
              key={item.label}
              {...item}
              onClick={() => {
                close();
                run();
              }}
            />
          ))
      }
    </Popover>
  );
}
