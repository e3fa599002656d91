import { MessageSquareText } from 'lucide';
import { Icon } from '../components/Icon.tsx';
import { useTexts } from '../context.ts';

/** What the hosts wrote to somebody who waits, or who was turned away. */
export function HostMessage({ message }: { message: string }) {
  const texts = useTexts().hosting.waiting;
  return (
    <figure class="note host-message">
      <Icon of={MessageSquareText} />
      <div class="note-text">
        <figcaption class="small muted">{texts.messageFrom}</figcaption>
        <blockquote>{message}</blockquote>
      </div>
    </figure>
  );
}
