import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Incoming } from '../../state/chatModels.ts';
import { playChime } from '../chime.ts';
import { useApp } from '../context.ts';
import { navigate } from '../router.ts';
import { claimFocus, tellOnce } from './oneOfTabs.ts';

interface ChatNoticesProps {
  incoming: ReadonlySignal<Incoming | null>;
  /** Whether the room is before the user's eyes, if the window is. */
  isShown: (roomId: string) => boolean;
}

/** Sound and a notice of the system for what comes while one looks elsewhere: one, however many tabs are open. */
export function ChatNotices({ incoming, isShown }: ChatNoticesProps) {
  const { preferences } = useApp();
  const latest = incoming.value;
  const told = useRef(latest);
  useEffect(claimFocus, []);
  useEffect(() => {
    if (!latest || latest === told.current) return;
    told.current = latest;
    const focused = document.hasFocus();
    if (focused && isShown(latest.roomId)) return;
    const { message, roomId } = latest;
    void tellOnce(`chat ${message.messageId}`, focused, (elsewhere) => {
      if (preferences.sounds.value) playChime('message');
      if (!focused && !elsewhere && preferences.notifications.value) notify(roomId, message);
    });
  }, [latest]);
  return null;
}

function notify(roomId: string, { messageId, senderName, content }: Incoming['message']): void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  try {
    // The same tag from several tabs is one notice.
    const notice = new Notification(senderName, {
      body: content,
      tag: messageId,
      icon: '/icon.svg',
    });
    notice.onclick = () => {
      focus();
      notice.close();
      // A meeting is not left for a message.
      if (!location.pathname.startsWith('/m/')) navigate(`/chat/${roomId}`);
    };
  } catch {
    // Browsers on phones show notices of service workers only.
  }
}
