import { MessageSquareText, Phone, PhoneOff, Video } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallPhase, CallsModel, CurrentCall } from '../../state/callsModels.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { useApp, useTexts } from '../context.ts';
import { announce } from './ringtone.ts';
import { useAnswerKeys } from './useAnswerKeys.ts';

interface Props {
  calls: CallsModel;
  current: CurrentCall;
  phase: Extract<CallPhase, { is: 'incoming' }>;
}

const ANSWER_KEYS = 'Control+Enter Meta+Enter';

/** Somebody rings. */
export function IncomingCall({ calls, current: { person, callType, callId }, phase }: Props) {
  const texts = useTexts().calls;
  const { preferences } = useApp();
  const [writing, setWriting] = useState(false);
  const video = callType === 'video';
  // Whoever writes why they decline sends that by them.
  useAnswerKeys(writing ? null : () => calls.answer(video));
  const title = texts.incoming[phase.intoMeeting ? 'meeting' : callType](person.name);
  const sounds = preferences.sounds.value;
  useEffect(() => announce(title, { sounds, onOpen: () => undefined }), [callId, sounds, title]);
  return (
    <div class="call-card" role="alert">
      <Avatar name={person.name} id={person.id} />
      <h2 id="call-title">{title}</h2>
      {writing ? (
        <DeclineForm calls={calls} />
      ) : (
        <div class="call-answers">
          {(video || phase.intoMeeting) && (
            <button
              type="button"
              class="button primary"
              aria-keyshortcuts={ANSWER_KEYS}
              onClick={() => void calls.answer(video)}
            >
              <Icon of={Video} />
              {phase.intoMeeting ? texts.join : texts.answerVideo}
            </button>
          )}
          {!phase.intoMeeting && (
            <button
              type="button"
              class={video ? 'button' : 'button primary'}
              {...(!video && { 'aria-keyshortcuts': ANSWER_KEYS })}
              onClick={() => void calls.answer(false)}
            >
              <Icon of={Phone} />
              {texts.answer}
            </button>
          )}
          <button type="button" class="button danger" onClick={() => void calls.decline()}>
            <Icon of={PhoneOff} />
            {texts.decline}
          </button>
          <button type="button" class="button" onClick={() => setWriting(true)}>
            <Icon of={MessageSquareText} />
            {texts.declineWith}
          </button>
          <p class="call-hint">
            <kbd>{isMac() ? '⌘' : 'Ctrl'}</kbd> <kbd>Enter</kbd> {texts.answerHint}
          </p>
        </div>
      )}
    </div>
  );
}

function isMac(): boolean {
  return navigator.platform.startsWith('Mac');
}

function DeclineForm({ calls }: { calls: CallsModel }) {
  const texts = useTexts().calls;
  const [message, setMessage] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      class="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        void calls.decline(message);
      }}
    >
      <ul class="call-replies">
        {texts.declineReplies.map((reply) => (
          <li key={reply}>
            <button type="button" class="button small" onClick={() => void calls.decline(reply)}>
              {reply}
            </button>
          </li>
        ))}
      </ul>
      <div class="field">
        <label for="decline-message">{texts.declineMessage}</label>
        <input
          ref={field}
          id="decline-message"
          maxLength={300}
          value={message}
          onInput={({ currentTarget }) => setMessage(currentTarget.value)}
        />
      </div>
      <button type="submit" class="button danger">
        {texts.send}
      </button>
    </form>
  );
}
