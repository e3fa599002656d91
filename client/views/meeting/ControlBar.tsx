import {
  Hand,
  MessageSquare,
  MonitorSmartphone,
  PhoneOff,
  ShieldCheck,
  Smile,
  Users,
} from 'lucide';
import { REACTIONS } from '../../../protocol/meetings.ts';
import type { MeetingModel } from '../../state/models.ts';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { BlockedControl } from './BlockedControl.tsx';
import { Clock } from './Clock.tsx';
import { Control, SwitchControl } from './Control.tsx';
import { CameraControl, MicrophoneControl, ShareControl } from './MediaControls.tsx';
import { MoreMenu } from './MoreMenu.tsx';
import { Popover, PopoverItem } from './Popover.tsx';
import type { MeetingActions } from './useMeetingActions.ts';

interface ControlBarProps {
  meeting: MeetingModel;
  actions: MeetingActions;
}

/** Everything that one can do in a meeting, always in the same place. */
export function ControlBar({ meeting, actions }: ControlBarProps) {
  const { meeting: texts, hosting } = useTexts();
  const { title } = meeting.meeting.value;
  return (
    <div class="control-bar" role="toolbar" aria-label={texts.controls}>
      <div class="bar-side">
        <strong class="bar-title">{title}</strong>
        <Clock startedAt={meeting.startedAt.value} />
        {meeting.isCompanion.value && (
          <span class="bar-mark" title={hosting.person.secondScreen}>
            <Icon of={MonitorSmartphone} size={14} />
            <span class="bar-mark-text">{hosting.person.secondScreen}</span>
          </span>
        )}
      </div>
      <div class="bar-main">
        <MicrophoneControl meeting={meeting} />
        <CameraControl meeting={meeting} />
        <ShareControl meeting={meeting} />
        <SwitchControl
          of={meeting.hand}
          names={[texts.raiseHand, texts.lowerHand]}
          icons={[Hand, Hand]}
        />
        <ReactControl meeting={meeting} />
        <PeopleControl meeting={meeting} actions={actions} />
        <ChatControl meeting={meeting} actions={actions} />
        {meeting.may('change-settings') && (
          <Control
            label={hosting.tools.title}
            caption={hosting.tools.title}
            icon={ShieldCheck}
            look={actions.panel === 'tools' ? 'active' : undefined}
            class="wide-only"
            pressed={actions.panel === 'tools'}
            onClick={actions.toggleTools}
          />
        )}
        <MoreMenu meeting={meeting} actions={actions} />
        <LeaveButton meeting={meeting} actions={actions} class="narrow-only" />
      </div>
      <div class="bar-side bar-end">
        <LeaveButton meeting={meeting} actions={actions} class="wide-only" testId="leave-button" />
      </div>
    </div>
  );
}

function ReactControl({ meeting }: { meeting: MeetingModel }) {
  const { meeting: texts } = useTexts();
  if (!meeting.may('react')) {
    return <BlockedControl meeting={meeting} what="reactions" caption={texts.react} icon={Smile} />;
  }
  return (
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
  );
}

/** Shows and hides the list of people; tells hosts how many of them wait. */
function PeopleControl({ meeting, actions }: ControlBarProps) {
  const { meeting: texts, hosting } = useTexts();
  const count = meeting.people.value.length;
  const waiting = meeting.host.queue.value.length;
  const counted = `${texts.people}: ${texts.peopleCount(count)}`;
  const open = actions.panel === 'people';
  return (
    <Control
      label={waiting > 0 ? `${counted}, ${hosting.waiting.areWaiting(waiting)}` : counted}
      caption={texts.people}
      icon={Users}
      look={open ? 'active' : undefined}
      count={count}
      alert={{ count: waiting }}
      class="wide-only"
      pressed={open}
      onClick={actions.togglePeople}
    />
  );
}

/** Shows and hides the chat; tells how much of it is new. */
function ChatControl({ meeting, actions }: ControlBarProps) {
  const { chat } = useTexts();
  const unread = meeting.chat.unread.value;
  const open = actions.panel === 'chat';
  return (
    <Control
      label={unread > 0 ? `${chat.open}: ${chat.unread(unread)}` : chat.open}
      caption={chat.open}
      icon={MessageSquare}
      look={open ? 'active' : undefined}
      alert={{ count: unread }}
      class="wide-only"
      pressed={open}
      testId="chat-button"
      onClick={actions.toggleChat}
    />
  );
}

function LeaveButton({
  meeting,
  actions,
  testId,
  ...rest
}: ControlBarProps & { class: string; testId?: string }) {
  const texts = useTexts().meeting;
  if (!meeting.may('end')) {
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
              actions.ask({ is: 'end' });
            }}
          />
        </>
      )}
    </Popover>
  );
}
