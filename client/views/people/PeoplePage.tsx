import { Shell } from '../components/Shell.tsx';
import { useTexts } from '../context.ts';

export function PeoplePage() {
  const texts = useTexts().people;
  return (
    <Shell title={texts.title}>
      <h1>{texts.title}</h1>
    </Shell>
  );
}
