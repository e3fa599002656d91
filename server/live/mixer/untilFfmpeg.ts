import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/AppError.ts';
import type { Logger } from '../../core/logger.ts';
import { findFfmpeg, type Ffmpeg } from './ffmpeg.ts';

export interface Search {
  /** Is told why none can be used, once for each reason. */
  logger: Logger;
  signal: AbortSignal;
  /** Pause between two looks, milliseconds. */
  againMs?: number;
}

const AGAIN_MS = 30_000;

/**
 * Looks for an FFmpeg that can mix until there is one: it may be installed while the server runs, and a machine that
 * has too much to do for a moment may have answered too late.
 * @param path of the program, or its name in the PATH
 * @returns null: stopped before
 */
export async function untilFfmpeg(
  path: string,
  { logger, signal, againMs = AGAIN_MS }: Search,
): Promise<Ffmpeg | null> {
  let told: string | null = null;
  do {
    try {
      return await findFfmpeg(path);
    } catch (error) {
      const reason = error instanceof AppError ? error.message : String(error);
      if (reason !== told) logger.warn({ reason }, 'this node does not mix live rooms');
      told = reason;
    }
    await sleep(againMs, undefined, { signal }).catch(() => undefined);
  } while (!signal.aborted);
  return null;
}
