import { useEffect } from 'preact/hooks';
import { useTexts } from './context.ts';

/** Names the page in the browser's tab and to screen readers. */
export function usePageTitle(title: string): void {
  const { name } = useTexts().app;
  useEffect(() => {
    document.title = title === '' ? name : `${title} · ${name}`;
  }, [title, name]);
}
