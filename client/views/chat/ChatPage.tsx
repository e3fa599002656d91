import { Shell } from '../components/Shell.tsx';
import { useTexts } from '../context.ts';

export function ChatPage() {
  const texts = useTexts().chat;
  return (
    <Shell title={texts.title}>
      <h1>{texts.title}</h1>
    </Shell>
  );
}
