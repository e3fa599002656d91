import { CircleSlash, Clock, Radio, SearchX } from 'lucide';
import type { ListenerScene, ListeningModel } from '../../state/live/liveModels.ts';
import { FailureNote } from '../components/FailureNote.tsx';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';
import { useLiveTexts } from './useLiveTexts.ts';

type MessageScene = Exclude<ListenerScene, 'on-air' | 'replay' | 'pin' | 'loading' | 'failed'>;

const ICONS: Record<MessageScene, typeof Clock> = {
  'not-begun': Clock,
  starting: Radio,
  over: CircleSlash,
  removed: CircleSlash,
  unknown: SearchX,
};

/** What there is to say while there is nothing to play. */
export function SceneMessage({ listening }: { listening: ListeningModel }) {
  const { app } = useTexts();
  const scene = listening.scene.value;
  const failure = listening.failure.value;
  if (scene === 'loading' || scene === 'on-air' || scene === 'replay' || scene === 'pin') {
    return (
      <div class="live-loading" role="status">
        <span class="spinner" />
        {app.loading}
      </div>
    );
  }
  if (scene === 'failed') {
    return (
      <section class="message-page">
        {failure && (
          <FailureNote failure={failure}>
            <button type="button" class="button" onClick={() => listening.refresh()}>
              {app.retry}
            </button>
          </FailureNote>
        )}
      </section>
    );
  }
  return <Told listening={listening} scene={scene} />;
}

function Told({ listening, scene }: { listening: ListeningModel; scene: MessageScene }) {
  const { scenes } = useLiveTexts();
  const isPreparing = listening.room.value?.replayState === 'preparing';
  const texts: Record<MessageScene, readonly [title: string, hint: string]> = {
    'not-begun': [scenes.notBegun, scenes.notBegunHint],
    starting: [scenes.starting, scenes.startingHint],
    over: [scenes.over, isPreparing ? scenes.preparing : scenes.overHint],
    removed: [scenes.removed, scenes.removedHint],
    unknown: [scenes.unknown, scenes.unknownHint],
  };
  const [title, hint] = texts[scene];
  const room = listening.room.value;
  return (
    <section class="message-page live-message">
      <span class="live-message-icon">
        <Icon of={ICONS[scene]} size={28} />
      </span>
      {room && <h1>{room.title}</h1>}
      <div role="status" class="live-message-text">
        {room ? <strong>{title}</strong> : <h1>{title}</h1>}
        <span class="muted">{hint}</span>
      </div>
    </section>
  );
}
