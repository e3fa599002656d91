import { signal } from '@preact/signals';

/** Path of the page that is shown. */
export const path = signal(location.pathname);
let navigated = false;

addEventListener('popstate', () => {
  navigated = true;
  path.value = location.pathname;
});

/** Whether this is another page than the first: then its beginning is what to read next. */
export function hasNavigated(): boolean {
  return navigated;
}

/** Shows another page. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  navigated = true;
  path.value = location.pathname;
  scrollTo(0, 0);
}

/** A click on a link within the app, unless the user wants it in another tab. */
export function followLink(event: MouseEvent & { currentTarget: HTMLAnchorElement }): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname + event.currentTarget.search);
}

/** Where somebody who signed in wanted to go; only pages of this app. */
export function nextPage(): string {
  const next = new URLSearchParams(location.search).get('next') ?? '/';
  return next.startsWith('/') && !next.startsWith('//') ? next : '/';
}

/** What a code or link that somebody pasted leads to; null if it is neither. */
export function meetingPath(text: string): string | null {
  const trimmed = text.trim();
  const fromLink = /\/m\/([A-Za-z0-9_-]{1,64})\/?$/.exec(trimmed)?.[1];
  if (fromLink !== undefined) return `/m/${fromLink}`;
  const code = trimmed.toLowerCase().replaceAll(/[\s-]/g, '');
  if (!/^[a-z]{9}$/.test(code)) return null;
  return `/m/${code.slice(0, 3)}-${code.slice(3, 6)}-${code.slice(6)}`;
}
