import { join } from 'node:path';
import { printFailure } from './Step.ts';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..');

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * One Ctrl-C arrives more than once: from the terminal, and again from npm, which passes it on.
 * Only a later one means that the user has lost patience.
 */
const SAME_KEYSTROKE_MS = 500;

/** What a command may use to notice that the user wants it to end. */
export interface CommandContext {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly stop: AbortSignal;
  /** Aborted by the second: do not wait for anything. */
  readonly force: AbortSignal;
  /** The arguments after `npm run <command> --`. */
  readonly args: readonly string[];
}

/**
 * The frame of every command: exit code 0 when the user ends it, whatever it was doing, and a
 * readable message with exit code 1 when it fails.
 */
export async function runCommand(
  main: (context: CommandContext) => Promise<number>,
): Promise<never> {
  const stop = new AbortController();
  const force = new AbortController();
  let stoppedAt = Infinity;
  const onStop = () => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now();
      stop.abort();
    } else if (performance.now() - stoppedAt > SAME_KEYSTROKE_MS) {
      force.abort();
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onStop);
  // The process that started this one, with an older Node, is gone.
  process.on('disconnect', onStop);
  process.channel?.unref();

  try {
    const code = await main({
      stop: stop.signal,
      force: force.signal,
      args: process.argv.slice(2),
    });
    process.exit(stop.signal.aborted ? 0 : code);
  } catch (error) {
    if (stop.signal.aborted) process.exit(0);
    printFailure(error);
    process.exit(1);
  }
}
