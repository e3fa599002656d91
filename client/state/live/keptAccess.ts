import { z } from 'zod';
import type { Kept } from '../storage.ts';

/** Not to be used in its last moments: it would be refused on its way. */
const MARGIN_MS = 10_000;

const schema = z.object({ token: z.string(), expiresAt: z.string() });
type Access = z.infer<typeof schema>;

/** A room's access over reloads of the tab. */
export interface KeptAccess {
  /** The token, as long as it is good. @param now milliseconds since 1970 */
  get(now: number): string | null;
  set(access: Access | null): void;
}

export function keptAccess(kept: Kept): KeptAccess {
  return {
    get(now) {
      const access = read(kept.get());
      if (!access || Date.parse(access.expiresAt) - MARGIN_MS < now) return null;
      return access.token;
    },
    set(access) {
      const { token = '', expiresAt = '' } = access ?? {};
      kept.set(access ? JSON.stringify({ token, expiresAt }) : null);
    },
  };
}

function read(text: string | null): Access | null {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Of an earlier version, or somebody else's.
    return null;
  }
}
