import { Shell } from '../components/Shell.tsx';
import { useTexts } from '../context.ts';

export function CallsPage() {
  const texts = useTexts().calls;
  return (
    <Shell title={texts.title}>
      <h1>{texts.title}</h1>
    </Shell>
  );
}
