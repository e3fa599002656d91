import type { LiveSource } from './LiveStream.ts';

const REFUSED = new Set([401, 403]);

/**
 * Whether the keys of a stream are refused, for players that do not say why they stop: looks for one as they do.
 * Never rejects; what cannot be found out is no refusal.
 */
export async function isRefused({ url, token }: LiveSource): Promise<boolean> {
  try {
    const master = await textOf(url);
    const media = partOf(master, /^([^#\s]\S*)/m);
    if (media === null) return false;
    const playlist = await textOf(new URL(media, new URL(url, location.href)).href);
    const key = partOf(playlist, /^#EXT-X-KEY:.*URI="([^"]+)/m);
    if (key === null) return false;
    const { pathname } = new URL(key, location.href);
    const headers = { authorization: `Bearer ${token}` };
    return REFUSED.has((await fetch(pathname, { headers })).status);
  } catch {
    // The server is away.
    return false;
  }
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  return response.ok ? response.text() : '';
}

function partOf(playlist: string, pattern: RegExp): string | null {
  return pattern.exec(playlist)?.[1] ?? null;
}
