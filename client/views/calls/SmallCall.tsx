import { Maximize2, Phone, PhoneOff, Video, Volume2, X } from 'lucide';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { clockTime } from '../clockTime.ts';
import { Avatar } from '../components/Avatar.tsx';
import { VideoView } from '../components/VideoView.tsx';
import { failureText, useTexts } from '../context.ts';
import { Control } from '../meeting/Control.tsx';
import { CallSwitches, Lasting } from './callParts.tsx';

interface Props {
  calls: CallsModel;
  current: CurrentCall;
  onEnlarge: () => void;
}

/** A call as a bar above the page, which can be read and used meanwhile. */
export function SmallCall({ calls, current, onEnlarge }: Props) {
  const texts = useTexts().calls;
  const { person, phase } = current;
  const theirs = calls.theirVideo.value;
  const bar = useRef<HTMLElement>(null);
  // Asked while the button that has it is still there.
  const hadFocus = bar.current?.contains(document.activeElement) ?? false;
  return (
    <section
      ref={bar}
      class="call-bar"
      aria-label={texts.callWith(person.name)}
      data-phase={phase.is}
      data-testid="call"
    >
      <div class="call-bar-picture">
        {theirs ? (
          <VideoView track={theirs} testId="their-video" />
        ) : (
          <Avatar name={person.name} id={person.id} />
        )}
      </div>
      <div class="call-bar-text">
        {phase.is !== 'over' && <strong>{person.name}</strong>}
        <div class="call-bar-state">
          {phase.is === 'talking' && <Lasting since={phase.since} />}
          <span class="call-status" role="status">
            {shortStatus(texts, person.name, phase)}
          </span>
        </div>
        {phase.is === 'over' && <HowItWas phase={phase} />}
      </div>
      <div class="call-bar-controls">
        {phase.is === 'over' ? (
          <Afterwards calls={calls} current={current} hadFocus={hadFocus} />
        ) : (
          <Meanwhile calls={calls} phase={phase} onEnlarge={onEnlarge} />
        )}
      </div>
    </section>
  );
}

function Meanwhile({ calls, phase, onEnlarge }: Omit<Props, 'current'> & { phase: CallPhase }) {
  const texts = useTexts().calls;
  const enlarge = useRef<HTMLButtonElement>(null);
  // The button that made it small is gone; the page is the next thing after this one.
  useEffect(() => enlarge.current?.focus(), []);
  const end = phase.is === 'outgoing' ? texts.cancel : texts.hangUp;
  return (
    <>
      {calls.soundBlocked.value && (
        <Control
          label={texts.hearThem}
          caption={texts.hearThem}
          icon={Volume2}
          onClick={() => void calls.unblockSound()}
        />
      )}
      <CallSwitches />
      <Control
        label={texts.enlarge}
        caption={texts.enlarge}
        icon={Maximize2}
        buttonRef={enlarge}
        onClick={onEnlarge}
      />
      <Control
        label={end}
        caption={end}
        icon={PhoneOff}
        look="leave"
        onClick={() => void calls.hangUp()}
      />
    </>
  );
}

interface AfterwardsProps {
  calls: CallsModel;
  current: CurrentCall;
  /** The focus was on a button that has gone with the call. */
  hadFocus: boolean;
}

function Afterwards({ calls, current: { person, callType }, hadFocus }: AfterwardsProps) {
  const { calls: texts, app } = useTexts();
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (hadFocus) close.current?.focus();
  }, []);
  return (
    <>
      <Control
        label={texts.callBack}
        caption={texts.callBack}
        icon={callType === 'video' ? Video : Phone}
        onClick={() => void calls.call(person, callType)}
      />
      <Control
        label={app.close}
        caption={app.close}
        icon={X}
        buttonRef={close}
        onClick={() => calls.dismiss()}
      />
    </>
  );
}

function HowItWas({ phase }: { phase: Extract<CallPhase, { is: 'over' }> }) {
  const all = useTexts();
  const texts = all.calls;
  const seconds = Math.round(phase.durationMs / 1_000);
  return (
    <>
      {phase.message !== null && <span>{texts.theySaid(phase.message)}</span>}
      {seconds > 0 && <span class="clock">{texts.lasted(clockTime(seconds))}</span>}
      {phase.failure && <span role="alert">{failureText(all, phase.failure).join(' ')}</span>}
    </>
  );
}

function shortStatus(
  { short, ends }: ReturnType<typeof useTexts>['calls'],
  name: string,
  phase: CallPhase,
): string {
  if (phase.is === 'over') return ends[phase.end](name);
  if (phase.is === 'outgoing') return short.ringing;
  if (phase.is === 'connecting' || phase.is === 'moving') return short[phase.is];
  return phase.is === 'talking' && phase.interrupted ? short.interrupted : '';
}
