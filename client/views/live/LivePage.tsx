import { useEffect, useState } from 'preact/hooks';
import '../../styles/live.css';
import type { ListeningModel } from '../../state/live/liveModels.ts';
import { useTexts } from '../context.ts';
import { usePageTitle } from '../usePageTitle.ts';
import { useUnhurried } from '../useUnhurried.ts';
import { ListenerChat } from './ListenerChat.tsx';
import { PinForm } from './PinForm.tsx';
import { Player } from './Player.tsx';
import { Replay } from './Replay.tsx';
import { SceneMessage } from './SceneMessage.tsx';
import { StateNote } from './StateNote.tsx';
import { useLiveTexts } from './useLiveTexts.ts';

/** Figures that change all the time are read by nobody. */
const FIGURES_EVERY_MS = 5_000;

/** A live room for those who listen: without an account, on any device. */
export function LivePage({ listening }: { listening: ListeningModel }) {
  const texts = useTexts();
  const room = listening.room.value;
  const scene = listening.scene.value;
  const hasStage = scene === 'on-air';
  const [isChatOpen, setIsChatOpen] = useState(true);
  const { chat } = listening;
  const hasChat = hasStage && chat !== null && chat.state.value !== 'off';
  const classes = ['live-page', hasChat && 'with-chat', hasChat && isChatOpen && 'chatting'];
  usePageTitle(room?.title ?? '');
  return (
    <div class={classes.filter(Boolean).join(' ')} data-scene={scene}>
      <header class="live-top">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width={28} height={28} />
          {texts.app.name}
        </a>
        {hasStage && <ListenerCount listening={listening} />}
      </header>
      <main id="content" class="live-main">
        <StateNote listening={listening} />
        {hasStage && <Player player={listening.player} interrupted={room?.interrupted ?? false} />}
        {hasStage && (
          <section class="live-about">
            <h1>{room?.title}</h1>
            <Delay listening={listening} />
          </section>
        )}
        {hasChat && (
          <ListenerChat
            chat={chat}
            isOpen={isChatOpen}
            onToggle={() => setIsChatOpen(!isChatOpen)}
          />
        )}
        {scene === 'pin' && <PinForm listening={listening} />}
        {scene === 'replay' && <Replay listening={listening} />}
        {!['on-air', 'replay', 'pin'].includes(scene) && <SceneMessage listening={listening} />}
      </main>
    </div>
  );
}

function ListenerCount({ listening }: { listening: ListeningModel }) {
  const { player } = useLiveTexts();
  const count = listening.listeners.value;
  if (count === 0) return null;
  return (
    <span class="live-count" data-testid="listener-count">
      {player.listeners(count)}
    </span>
  );
}

/** How far behind the room: told quietly, and only while it is played. */
function Delay({ listening: { player } }: { listening: ListeningModel }) {
  const words = useLiveTexts().player;
  const { delaySec } = player.position.value;
  const known = player.state.value === 'playing' && delaySec !== null;
  const unhurried = useUnhurried(known ? Math.round(delaySec) : null, FIGURES_EVERY_MS);
  const [shown, setShown] = useState(unhurried);
  useEffect(() => {
    if (unhurried !== null) setShown(unhurried);
  }, [unhurried]);
  return <p class="muted small live-delay">{shown === null ? '\u00a0' : words.delay(shown)}</p>;
}
