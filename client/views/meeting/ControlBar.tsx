import {
  Hand,
  Keyboard,
  LayoutGrid,
  Lock,
  LockOpen,
  Maximize,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  PhoneOff,
  PictureInPicture2,
  Settings,
  Smile,
  Ellipsis,
  UserRound,
  Users,
  Video,
  VideoOff,
} from 'lucide';
import { REACTIONS } from '../../../protocol/meetings.ts';
import type { MeetingModel } from '../../state/models.ts';
import { useTexts } from '../context.ts';
import { Clock } from './Clock.tsx';
import { Control, SwitchControl } from './Control.tsx';
import { Popover, PopoverItem } from './Popover.tsx';
import type { MeetingActions } from './useMeetingActions.ts';

interface ControlBarProps {
  meeting: MeetingModel;
  actions: MeetingActions;
}

/** Everything that one can do in a meeting, always in the same place. */
export function ControlBar({ meeting, actions }: ControlBarProps) {
  const { meeting: texts, lobby, notices } = useTexts();
  const { title } = meeting.meeting.value;
  const troubleOf = (kind: 'microphone' | 'camera'): string | undefined => {
    const trouble = meeting[kind].trouble.value;
    return trouble ? notices[`${kind}-${trouble}`]([], 1) : undefined;
  };
  const peopleLabel = `${texts.people}: ${texts.peopleCount(meeting.people.value.length)}`;
  return (
    <div class="control-bar" role="toolbar" aria-label={texts.controls}>
      <div class="bar-side">
        <strong class="bar-title">{title}</strong>
        <Clock startedAt={meeting.startedAt.value} />
      </div>
      <div class="bar-main">
        <SwitchControl
          of={meeting.microphone}
          names={[texts.micOn, texts.micOff]}
          icons={[MicOff, Mic]}
          caption={lobby.microphone}
          trouble={troubleOf('microphone')}
          offIsWarning
        />
        <SwitchControl
          of={meeting.camera}
          names={[texts.cameraOn, texts.cameraOff]}
          icons={[VideoOff, Video]}
          caption={lobby.camera}
          trouble={troubleOf('camera')}
          offIsWarning
        />
        {meeting.canShare.value && (
          <SwitchControl
            of={meeting.screen}
            names={[texts.share, texts.stopShare]}
            icons={[MonitorUp, MonitorX]}
            class="wide-only"
          />
        )}
        <SwitchControl
          of={meeting.hand}
          names={[texts.raiseHand, texts.lowerHand]}
          icons={[Hand, Hand]}
        />
        <Popover label={texts.react} icon={Smile}>
          {(close) => (
            <div class="reaction-picker">
              {REACTIONS.map((reaction) => (
                <button
                  key={reaction}
                  type="button"
                  class="reaction-button"
                  aria-label={texts.reactions[reaction]}
                  title={texts.reactions[reaction]}
                  onClick={() => {
                    close();
                    void meeting.react(reaction);
                  }}
                >
                  {reaction}
                </button>
              ))}
            </div>
          )}
        </Popover>
        <Control
          label={peopleLabel}
          caption={texts.people}
          icon={Users}
          look={actions.panelOpen ? 'active' : undefined}
          count={meeting.people.value.length}
          class="wide-only"
          pressed={actions.panelOpen}
          onClick={actions.togglePeople}
        />
        <MoreMenu meeting={meeting} actions={actions} />
        <LeaveButton meeting={meeting} actions={actions} class="narrow-only" />
      </div>
      <div class="bar-side bar-end">
        <LeaveButton meeting={meeting} actions={actions} class="wide-only" testId="leave-button" />
      </div>
    </div>
  );
}

function MoreMenu({ meeting, actions }: ControlBarProps) {
  const texts = useTexts();
  const words = texts.meeting;
  const { locked } = meeting.meeting.value;
  const items = [
    { icon: Users, label: words.people, run: actions.togglePeople, class: 'narrow-item' },
    ...(meeting.canShare.value
      ? [
          {
            icon: meeting.screen.on.value ? MonitorX : MonitorUp,
            label: meeting.screen.on.value ? words.stopShare : words.share,
            run: () => void meeting.screen.set(!meeting.screen.on.value),
            class: 'narrow-item',
          },
        ]
      : []),
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
    ...(document.pictureInPictureEnabled
      ? [{ icon: PictureInPicture2, label: words.pictureInPicture, run: actions.popOut }]
      : []),
    ...(meeting.canEnd.value
      ? [
          {
            icon: locked ? LockOpen : Lock,
            label: locked ? words.unlock : words.lock,
            run: () => void meeting.setLocked(!locked),
          },
        ]
      : []),
    { icon: Keyboard, label: texts.shortcuts.title, run: actions.showHelp, class: 'wide-item' },
    { icon: Settings, label: words.settings, run: actions.showSettings },
  ];
  return (
    <Popover label={words.more} icon={Ellipsis}>
      {(close) =>
        items.map(({ run, ...item }) => (
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

function LeaveButton({
  meeting,
  actions,
  testId,
  ...rest
}: ControlBarProps & { class: string; testId?: string }) {
  const texts = useTexts().meeting;
  if (!meeting.canEnd.value) {
    return (
      <Control
        label={texts.leave}
        caption={texts.leave}
        icon={PhoneOff}
        look="leave"
        class={rest.class}
        testId={testId}
        onClick={() => void meeting.leave()}
      />
    );
  }
  return (
    <Popover label={texts.leave} icon={PhoneOff} look="leave" class={rest.class} testId={testId}>
      {(close) => (
        <>
          <PopoverItem
            icon={PhoneOff}
            label={texts.leaveMeeting}
            onClick={() => {
              close();
              void meeting.leave();
            }}
          />
          <PopoverItem
            icon={Users}
            label={texts.endForAll}
            danger
            onClick={() => {
              close();
              actions.askToEnd();
            }}
          />
        </>
      )}
    </Popover>
  );
}
